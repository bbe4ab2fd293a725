//! Writing into a model what it does not say of itself: entries of its metadata are added or replaced, and everything else
//! stays byte for byte.
//!
//! An ONNX file is a protocol buffer whose metadata is a repeated field of the outermost message, so that neither weights
//! nor graph have to be understood.

use super::error::ModelError;
use super::file::ModelFile;
use super::keys::{KEYS, Keys};
use super::runtime::Runtime;
use super::session::read;
use prost::DecodeError;
use prost::encoding::{self, DecodeContext, WireType};
use std::collections::BTreeMap;
use std::path::Path;

/// The number of `metadata_props` in `ModelProto`.
const ENTRY: u32 = 14;
/// The number of the key in `StringStringEntryProto`.
const KEY: u32 = 1;
/// The number of the value in it.
const VALUE: u32 = 2;

/// The bytes of the model in `path` with these values, each a JSON text, and what it lacks even so.
///
/// # Errors
/// [`ModelError::UnknownKey`], and what [`ModelFile::read`] says.
pub fn wrap(
    runtime: &Runtime,
    path: &Path,
    set: &BTreeMap<String, String>,
) -> Result<(Vec<u8>, Vec<ModelError>), ModelError> {
    if let Some(key) = set.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(ModelError::UnknownKey {
            key: key.clone(),
            known: KEYS.map(str::to_owned).to_vec(),
        });
    }
    let about = |source| ModelError::File {
        path: path.into(),
        source: Box::new(source),
    };
    Keys::parse(set).map_err(about)?;
    let broken = |e: DecodeError| {
        about(ModelError::NotOnnx {
            reason: e.to_string(),
        })
    };
    let bytes = with_metadata(&read(path)?, set).map_err(broken)?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let model = ModelFile::of_bytes(runtime, bytes.as_slice().into(), name).map_err(about)?;
    let gaps = match model {
        ModelFile::Searches(_, gaps) => gaps,
        ModelFile::Verifies(_) => Vec::new(),
    };
    Ok((bytes, gaps))
}

fn with_metadata(model: &[u8], set: &BTreeMap<String, String>) -> Result<Vec<u8>, DecodeError> {
    let mut wrapped = Vec::with_capacity(model.len() + 1024);
    let mut rest = model;
    while !rest.is_empty() {
        let before = rest;
        let (number, wire) = encoding::decode_key(&mut rest)?;
        let mut body = rest;
        encoding::skip_field(wire, number, &mut rest, DecodeContext::default())?;
        let is_replaced = number == ENTRY
            && wire == WireType::LengthDelimited
            && set.contains_key(&key_of(&mut body)?);
        if !is_replaced {
            wrapped.extend_from_slice(&before[..before.len() - rest.len()]);
        }
    }
    for (key, value) in set {
        let mut entry = Vec::new();
        encoding::string::encode(KEY, key, &mut entry);
        encoding::string::encode(VALUE, value, &mut entry);
        encoding::bytes::encode(ENTRY, &entry, &mut wrapped);
    }
    Ok(wrapped)
}

/// The key of an entry, of which nothing but its number was read.
fn key_of(body: &mut &[u8]) -> Result<String, DecodeError> {
    let mut entry: Vec<u8> = Vec::new();
    let context = DecodeContext::default();
    encoding::bytes::merge(WireType::LengthDelimited, &mut entry, body, context.clone())?;
    let (mut rest, mut key) = (entry.as_slice(), String::new());
    while !rest.is_empty() {
        let (number, wire) = encoding::decode_key(&mut rest)?;
        if number == KEY {
            encoding::string::merge(wire, &mut key, &mut rest, context.clone())?;
        } else {
            encoding::skip_field(wire, number, &mut rest, context.clone())?;
        }
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        owned.collect()
    }

    #[test]
    fn entries_are_added_and_replaced_and_all_else_stays() {
        let mut plain = Vec::new();
        encoding::uint64::encode(1, &8, &mut plain);
        encoding::bytes::encode(7, &vec![0_u8, 255, 114, 3], &mut plain);
        let once = with_metadata(
            &plain,
            &entries(&[("resolution", "2"), ("author", "\"me\"")]),
        );
        let once = once.expect("a model");
        assert!(once.starts_with(&plain));
        // What follows the entries stays too.
        let mut longer = once.clone();
        encoding::string::encode(6, &"a description".to_owned(), &mut longer);
        let twice = with_metadata(&longer, &entries(&[("resolution", "3")])).expect("a model");
        let expected = {
            let mut all =
                with_metadata(&plain, &entries(&[("author", "\"me\"")])).expect("a model");
            encoding::string::encode(6, &"a description".to_owned(), &mut all);
            with_metadata(&all, &entries(&[("resolution", "3")])).expect("a model")
        };
        assert_eq!(twice, expected);
        assert_eq!(twice.windows(10).filter(|w| w == b"resolution").count(), 1);
    }

    #[test]
    fn what_is_no_protocol_buffer_is_refused() {
        let set = entries(&[("resolution", "2")]);
        assert!(with_metadata(b"this is no model", &set).is_err());
        let mut cut = with_metadata(&[], &set).expect("a model");
        cut.pop();
        assert!(with_metadata(&cut, &set).is_err());
    }
}
