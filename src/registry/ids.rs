//! Names of things: hashes, devices, sites, and the short code of a site that can be said over a radio.
//!
//! A site's key comes from what founded it: the id of the candidate, or the id of the event that added it. Two offices
//! that record the same scan therefore have the same sites.

use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Crockford's base 32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols of a site code before its check symbol, at the least.
const CODE_SYMBOLS: usize = 6;

/// A text that is not the name it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAName;

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a name written as hexadecimal digits of the right length")
    }
}

macro_rules! bytes_name {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// The bytes as a slice.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The first eight hexadecimal digits, to be read by people.
            pub fn short(&self) -> String {
                hex::encode(&self.0[..4])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl FromStr for $name {
            type Err = NotAName;
            fn from_str(text: &str) -> Result<Self, NotAName> {
                let mut bytes = [0; $length];
                hex::decode_to_slice(text, &mut bytes).map_err(|_not_hex| NotAName)?;
                Ok(Self(bytes))
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = NotAName;
            fn try_from(bytes: &[u8]) -> Result<Self, NotAName> {
                bytes.try_into().map(Self).map_err(|_wrong_length| NotAName)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut text = [0; $length * 2];
                hex::encode_to_slice(self.0, &mut text).map_err(serde::ser::Error::custom)?;
                serializer.serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "as many hexadecimal digits as {}", $length * 2)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Visitor).map_err(D::Error::custom)
            }
        }
    };
}

bytes_name!(
    /// A SHA-256 digest: of an event's canonical JSON, of a file, of a state.
    Hash,
    32
);
bytes_name!(
    /// A device: its ed25519 public key.
    DeviceId,
    32
);
bytes_name!(
    /// A site, for ever.
    SiteKey,
    16
);

impl Hash {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// As people compare it: pairs of digits.
    pub fn in_pairs(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }
}

impl DeviceId {
    /// The device, or the person, whose secret key this is.
    pub fn of(key: &SigningKey) -> Self {
        Self(key.verifying_key().to_bytes())
    }

    /// Whether this key signed a message.
    pub fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }

    /// Whether this key signed a message; the signature is written in hexadecimal digits.
    pub fn signed_in_hex(&self, message: &[u8], signature: impl AsRef<[u8]>) -> bool {
        let mut raw = [0; 64];
        hex::decode_to_slice(signature, &mut raw).is_ok() && self.signed(message, &raw)
    }
}

impl SiteKey {
    /// The key of a site that was founded by `origin`: `candidate:ID@UNIT`, `event:ID@UNIT` or `find:PLACE,TIME@UNIT`
    /// (without the unit in registries of version 0.1.0).
    pub fn of_origin(origin: &str) -> Self {
        let digest = Hash::of(format!("papaver.site/1:{origin}").as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&digest.0[..16]);
        Self(key)
    }

    /// The key in base 32, 26 symbols.
    fn symbols(&self) -> String {
        let number = u128::from_be_bytes(self.0);
        (0..26)
            .map(|i| {
                let shift = 123_i32 - 5 * i;
                let five = if shift >= 0 {
                    number >> shift
                } else {
                    number << -shift
                };
                char::from(ALPHABET[(five & 31) as usize])
            })
            .collect()
    }

    /// The code of `length` symbols (6 at least) and a check symbol: `7K3QF2-V`.
    pub fn code(&self, length: usize) -> String {
        let symbols = self.symbols();
        let part = &symbols[..length.clamp(CODE_SYMBOLS, symbols.len())];
        format!("{part}-{}", check_symbol(part))
    }

    /// The shortest length at which this key's code differs from another's.
    pub fn code_length_beside(&self, other: &Self) -> usize {
        let (own, others) = (self.symbols(), other.symbols());
        let common = own
            .bytes()
            .zip(others.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        (common + 1).clamp(CODE_SYMBOLS, own.len())
    }

    /// The lowest and the highest key whose code begins with these symbols; `None` for a symbol outside the alphabet.
    pub fn range_of(symbols: &str) -> Option<(Self, Self)> {
        let mut low = 0_u128;
        let mut bits = 0_u32;
        for c in symbols.bytes().take(25) {
            let five = ALPHABET.iter().position(|a| *a == c)?;
            low = (low << 5) | five as u128;
            bits += 5;
        }
        if bits == 0 {
            return None;
        }
        let low = low << (128 - bits);
        let high = low | (u128::MAX >> bits);
        Some((Self(low.to_be_bytes()), Self(high.to_be_bytes())))
    }
}

/// The check symbol of a code: ISO 7064's hybrid system with modulus 33 over 32 symbols. Every single wrong symbol and
/// nearly every swap of neighbours changes it.
fn check_symbol(symbols: &str) -> char {
    let mut p = 32;
    for c in symbols.bytes() {
        let value = ALPHABET.iter().position(|a| *a == c).unwrap_or(0);
        let sum = (p + value) % 32;
        p = if sum == 0 { 32 } else { sum } * 2 % 33;
    }
    char::from(ALPHABET[(33 - p) % 32])
}

/// A site code as a person typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedCode {
    /// The symbols without the check symbol, upper case, with O, I and L read as 0, 1 and 1.
    pub symbols: String,
}

/// Why a typed site code is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeError {
    /// Not six or more symbols of the alphabet.
    Malformed,
    /// The check symbol does not fit: something was misheard or mistyped.
    CheckSymbol,
}

impl FromStr for TypedCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let read = |part: &str| -> Result<String, CodeError> {
            part.chars()
                .filter(|c| !c.is_whitespace())
                .map(|c| match c.to_ascii_uppercase() {
                    'O' => Ok('0'),
                    'I' | 'L' => Ok('1'),
                    c if c.is_ascii() && ALPHABET.contains(&(c as u8)) => Ok(c),
                    _ => Err(CodeError::Malformed),
                })
                .collect()
        };
        let (symbols, check) = match text.trim().split_once('-') {
            Some((symbols, check)) => (read(symbols)?, Some(read(check)?)),
            None => (read(text.trim())?, None),
        };
        if symbols.len() < CODE_SYMBOLS || symbols.len() > 26 {
            return Err(CodeError::Malformed);
        }
        if let Some(check) = check
            && check != check_symbol(&symbols).to_string()
        {
            return Err(CodeError::CheckSymbol);
        }
        Ok(Self { symbols })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_is_read_back_to_a_range_that_holds_its_key(bytes: [u8; 16], length in 6_usize..26) {
            let key = SiteKey(bytes);
            let typed: TypedCode = key.code(length).to_lowercase().parse().expect("own code");
            prop_assert_eq!(typed.symbols.len(), length);
            let (low, high) = SiteKey::range_of(&typed.symbols).expect("range");
            prop_assert!(low <= key && key <= high);
        }

        #[test]
        fn one_wrong_symbol_is_always_noticed(bytes: [u8; 16], at in 0_usize..6, other in 0_usize..32) {
            let code = SiteKey(bytes).code(6);
            let mut wrong = code.clone().into_bytes();
            wrong[at] = ALPHABET[other];
            let wrong = String::from_utf8(wrong).expect("ASCII");
            prop_assume!(wrong != code);
            prop_assert_eq!(wrong.parse::<TypedCode>(), Err(CodeError::CheckSymbol));
        }

        #[test]
        fn two_keys_differ_at_the_length_that_is_named(a: [u8; 16], b: [u8; 16]) {
            let (a, mut near) = (SiteKey(a), SiteKey(a));
            near.0[8..].copy_from_slice(&b[8..]);
            prop_assume!(a.symbols() != near.symbols());
            let length = a.code_length_beside(&near);
            prop_assert_ne!(a.code(length), near.code(length));
        }
    }

    #[test]
    fn letters_that_look_like_digits_are_read_as_digits() {
        let typed: TypedCode = "o1i l23".parse().expect("code");
        assert_eq!(typed.symbols, "011123");
        assert_eq!("12345".parse::<TypedCode>(), Err(CodeError::Malformed));
        assert_eq!("12345U".parse::<TypedCode>(), Err(CodeError::Malformed));
    }
}
