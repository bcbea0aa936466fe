//! Secrets: made at random, kept as digests, compared in constant time.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::digest::hexadecimal;
use crate::fault::Fault;

/// What every key begins with, so that one that was lost can be found by a search.
const PREFIX: &str = "cw";

/// Random bytes of a secret: no search finds it.
const BYTES: usize = 32;

/// Random bytes of a key's id.
const ID_BYTES: usize = 5;

/// A new secret, as hexadecimal digits.
pub(super) fn new_secret() -> Result<String, Fault> {
    random::<BYTES>()
}

/// A new id, as hexadecimal digits.
pub(super) fn new_id() -> Result<String, Fault> {
    random::<ID_BYTES>()
}

fn random<const COUNT: usize>() -> Result<String, Fault> {
    let mut bytes = [0; COUNT];
    getrandom::fill(&mut bytes).map_err(|error| Fault::new(format!("系统不给随机数：{error}")))?;
    Ok(hexadecimal(&bytes))
}

/// The text of a key, from its id and its secret.
pub(super) fn written(id: &str, secret: &str) -> String {
    format!("{PREFIX}_{id}_{secret}")
}

/// The id and the secret in the text of a key; none if it is none.
pub(super) fn parts(key: &str) -> Option<(&str, &str)> {
    let (id, secret) = key.trim().strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
    let hexadecimal = |text: &str, bytes: usize| {
        text.len() == 2 * bytes && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    (hexadecimal(id, ID_BYTES) && hexadecimal(secret, BYTES)).then_some((id, secret))
}

/// The id in the text of a key; none if it is none.
#[must_use]
pub fn id_of(key: &str) -> Option<&str> {
    parts(key).map(|(id, _)| id)
}

/// What is kept of a secret. It is random, so a plain digest cannot be searched either.
pub(super) fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Whether a secret is the one of a digest.
pub(super) fn is(secret: &str, kept: &[u8]) -> bool {
    digest(secret).ct_eq(kept).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_taken_apart_as_it_was_put_together() {
        let (id, secret) = (new_id().expect("random"), new_secret().expect("random"));
        let key = written(&id, &secret);
        assert_eq!(parts(&key), Some((id.as_str(), secret.as_str())));
        assert_eq!(parts(&format!(" {key}\n")), Some((id.as_str(), secret.as_str())));
        assert!(is(&secret, &digest(&secret)) && !is("other", &digest(&secret)));
        assert_ne!(new_secret().expect("random"), secret);
        for none in ["", "cw", "cw__", &key[1..], &key[..key.len() - 1], &key.replace("cw_", "cw-")]
        {
            assert_eq!(parts(none), None, "{none}");
        }
    }
}
