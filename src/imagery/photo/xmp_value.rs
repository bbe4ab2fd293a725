//! A value of an XMP packet: its text without entities, and the number that it is.

/// A value with XML's entities replaced and without control characters. A bare `&` is itself.
pub(super) fn plain(value: &str) -> String {
    const NAMED: [(&str, char); 5] = [
        ("amp;", '&'),
        ("lt;", '<'),
        ("gt;", '>'),
        ("quot;", '"'),
        ("apos;", '\''),
    ];
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(i) = rest.find('&') {
        text.push_str(&rest[..i]);
        rest = &rest[i + 1..];
        let named = NAMED.iter().find(|(name, _)| rest.starts_with(name));
        if let Some((name, c)) = named {
            text.push(*c);
            rest = &rest[name.len()..];
        } else if let Some((c, length)) = numbered(rest) {
            text.push(c);
            rest = &rest[length..];
        } else {
            text.push('&');
        }
    }
    text.push_str(rest);
    text.retain(|c| !c.is_control());
    text.trim().to_owned()
}

/// `#x41;` or `#65;`, and how many bytes it takes.
fn numbered(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('#')?;
    let end = body.find(';').filter(|end| *end <= 8)?;
    let code = match body[..end].strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => body[..end].parse().ok()?,
    };
    Some((char::from_u32(code)?, end + 2))
}

/// A number as cameras write it: `+39.80`, `4000/1000`, or `12.5 m`.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let text = text.strip_suffix('m').unwrap_or(text).trim_end();
    let parse = |s: &str| s.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    match text.split_once('/') {
        Some((over, under)) => {
            let quotient = parse(over)? / parse(under)?;
            quotient.is_finite().then_some(quotient)
        }
        None => parse(text),
    }
}
