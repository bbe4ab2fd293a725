//! A browser: it keeps the cookie, and sends what pages of the server send.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use ureq::http::{Method, Request};
use ureq::{Agent, RequestExt};

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
    pub headers: Vec<(String, String)>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub fn ok(&self) -> Value {
        assert!(self.status < 300, "{self:?}");
        self.json()
    }

    /// The code of what was refused.
    pub fn code(&self) -> String {
        let code = self.json()["error"]["code"].as_str().map(str::to_owned);
        code.unwrap_or_else(|| panic!("no error: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[derive(Clone)]
pub struct Browser {
    agent: Agent,
    pub origin: String,
    pub cookie: Option<String>,
}

impl Browser {
    pub fn new(url: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(120)))
            .build()
            .new_agent();
        Self {
            agent,
            origin: url.trim_end_matches('/').to_owned(),
            cookie: None,
        }
    }

    /// A request with these headers beside the cookie, and no other.
    pub fn bare(&self, method: &str, way: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let answer = self.try_bare(method, way, headers, body);
        answer.unwrap_or_else(|| panic!("{way}: no answer"))
    }

    /// The same, of a server that may be no more.
    fn try_bare(
        &self,
        method: &str,
        way: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let method = Method::from_bytes(method.as_bytes()).expect("method");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{way}", self.origin));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).expect("request");
        let answer = request.with_agent(&self.agent).run();
        let mut answer = answer.inspect_err(|e| println!("{way}: {e}")).ok()?;
        let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        };
        let bytes = answer
            .body_mut()
            .with_config()
            .limit(200 << 20)
            .read_to_vec()
            .ok()?;
        Some(Answer {
            status: answer.status().as_u16(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            headers: answer.headers().iter().map(header).collect(),
        })
    }

    pub fn get(&self, way: &str) -> Answer {
        self.bare("GET", way, &[], b"")
    }

    /// A change as a page of the server asks for it.
    pub fn change(&self, method: &str, way: &str, body: &[u8], kind: &str) -> Answer {
        let answer = self.try_change(method, way, body, kind);
        answer.unwrap_or_else(|| panic!("{way}: no answer"))
    }

    fn try_change(&self, method: &str, way: &str, body: &[u8], kind: &str) -> Option<Answer> {
        let headers = [
            ("origin", self.origin.as_str()),
            ("x-papaver", "1"),
            ("sec-fetch-site", "same-origin"),
            ("content-type", kind),
        ];
        self.try_bare(method, way, &headers, body)
    }

    pub fn post(&self, way: &str, body: &Value) -> Answer {
        self.change("POST", way, body.to_string().as_bytes(), "application/json")
    }

    /// A change, asked of a server that may be killed meanwhile.
    pub fn try_post(&self, way: &str, body: &Value) -> Option<Answer> {
        let body = body.to_string();
        self.try_change("POST", way, body.as_bytes(), "application/json")
    }

    /// A file, sent to a server that may be killed meanwhile.
    pub fn try_put(&self, way: &str, bytes: &[u8]) -> Option<Answer> {
        self.try_change("PUT", way, bytes, "application/octet-stream")
    }

    pub fn put(&self, way: &str, bytes: &[u8]) -> Answer {
        self.change("PUT", way, bytes, "application/octet-stream")
    }

    /// Sends bytes as they are and answers what comes back before the other side ends, or before `patience` does.
    pub fn raw(&self, bytes: &[u8], patience: Duration) -> String {
        let host = self.origin.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).expect("connected");
        stream.set_read_timeout(Some(patience)).expect("patience");
        stream.write_all(bytes).expect("sent");
        let mut answer = Vec::new();
        let _ended = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Hears what is going on, from now on.
    pub fn listening(&self) -> Listening {
        let host = self.origin.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).expect("connected");
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).expect("patience");
        let cookie = self.cookie.as_deref().unwrap_or_default();
        let asked = format!("GET /api/events HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n");
        stream.write_all(asked.as_bytes()).expect("asked");
        let mut heard = Listening(BufReader::new(stream));
        while !heard.line().is_empty() {}
        heard
    }
}

/// Somebody who hears what is going on.
pub struct Listening(BufReader<TcpStream>);

impl Listening {
    fn line(&mut self) -> String {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).expect("heard");
        assert!(read > 0, "nothing more is told");
        line.trim_end().to_owned()
    }

    /// Waits for what is wanted.
    pub fn told(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.line();
            let event = line.strip_prefix("data:").unwrap_or_default();
            match serde_json::from_str(event) {
                Ok(event) if wanted(&event) => return event,
                _ => {}
            }
        }
    }
}
