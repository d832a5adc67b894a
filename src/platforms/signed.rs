//! What is common to requests that services sign.

/// How far a request's time may be from ours, in seconds: what was caught on its way is worth nothing afterwards.
const WINDOW: u64 = 5 * 60;

/// Whether a request was sent lately; both in seconds since 1970.
pub(super) fn is_recent(sent: &str, now: i64) -> bool {
    sent.parse().is_ok_and(|sent: i64| now.abs_diff(sent) <= WINDOW)
}

/// The bytes that hexadecimal digits stand for.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |symbol: u8| char::from(symbol).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_recent_for_five_minutes_either_way() {
        for (sent, recent) in [("1000", true), ("700", true), ("1300", true), ("699", false), ("1301", false)] {
            assert_eq!(is_recent(sent, 1000), recent, "{sent}");
        }
        for sent in ["", "soon", "1000.5", " 1000", "99999999999999999999"] {
            assert!(!is_recent(sent, 1000), "{sent:?}");
        }
        assert!(!is_recent(&i64::MIN.to_string(), i64::MAX));
    }

    #[test]
    fn only_pairs_of_digits_are_bytes() {
        assert_eq!(unhex("00ff1A"), Some(vec![0, 255, 26]));
        for text in ["0", "zz", "é", "+1"] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}
