//! Spans as Slack's rich text elements.
//!
//! Rich text is typed: what a person wrote travels in `text` elements, which Slack never parses, so `<!channel>`,
//! `*x*`, backticks and `~` show as typed and page nobody. Nothing of ours is sent as mrkdwn except the fallback
//! `text` of a message, whose `&`, `<` and `>` are escaped ([`escaped`]).

use serde_json::{Value, json};
use unicode_normalization::char::is_combining_mark;

use crate::chat::{Service, Span, Text, WhenStyle};

/// How long Slack finds a text: it counts UTF-16 units, like its JavaScript clients.
pub(super) fn units(words: &str) -> usize {
    words.encode_utf16().count()
}

/// The elements of a `rich_text_section` for this text; empty spans are left out, Slack refuses them.
pub(super) fn elements(text: &Text, bold: bool) -> Vec<Value> {
    text.0.iter().filter_map(|span| element(span, bold)).collect()
}

fn element(span: &Span, bold: bool) -> Option<Value> {
    let (mut element, strong) = match span {
        Span::Plain(words) => (words_element(words)?, false),
        Span::Strong(words) => (words_element(words)?, true),
        Span::Link { label, url } if url.starts_with("https://") => {
            (json!({"type": "link", "url": url, "text": label}), false)
        }
        Span::Link { label, .. } => (words_element(label)?, false),
        Span::Mention { account, .. } if account.service == Service::Slack => {
            (json!({"type": "user", "user_id": account.id}), false)
        }
        Span::Mention { name, .. } => (words_element(name)?, false),
        Span::When { at, style, fallback } => {
            let format = match style {
                WhenStyle::Date => "{date_short}",
                WhenStyle::Time => "{time}",
                WhenStyle::DateTime => "{date_short} {time}",
            };
            (json!({"type": "date", "timestamp": at.timestamp(), "format": format, "fallback": fallback}), false)
        }
    };
    if strong || bold {
        element["style"] = json!({"bold": true});
    }
    Some(element)
}

fn words_element(words: &str) -> Option<Value> {
    (!words.is_empty()).then(|| json!({"type": "text", "text": words}))
}

/// The text in pieces of at most `room` units, cut at white space where there is some; nothing is lost.
pub(super) fn cut(text: &Text, room: usize) -> Vec<Text> {
    let mut cutting = Cutting { room, pieces: Vec::new(), piece: Vec::new(), size: 0 };
    for span in &text.0 {
        match span {
            Span::Plain(words) => cutting.words(words, Span::Plain),
            Span::Strong(words) => cutting.words(words, Span::Strong),
            whole => cutting.whole(whole),
        }
    }
    cutting.close();
    cutting.pieces
}

struct Cutting {
    room: usize,
    pieces: Vec<Text>,
    piece: Vec<Span>,
    /// Of `piece`, in units.
    size: usize,
}

impl Cutting {
    fn words(&mut self, mut rest: &str, span: fn(String) -> Span) {
        while !rest.is_empty() {
            let (head, tail) = head(rest, self.room.saturating_sub(self.size));
            // A word that only lacks room goes whole into the next piece; one as long as a piece is cut inside.
            let splits_word = !tail.is_empty() && !head.ends_with(char::is_whitespace);
            if self.size > 0 && (head.is_empty() || splits_word) {
                self.close();
                continue;
            }
            self.piece.push(span(head.to_owned()));
            self.size += units(head);
            rest = tail;
        }
    }

    fn whole(&mut self, span: &Span) {
        let length = units(&Text(vec![span.clone()]).unstyled());
        if self.size + length > self.room {
            self.close();
        }
        self.piece.push(span.clone());
        self.size += length;
    }

    fn close(&mut self) {
        if !self.piece.is_empty() {
            self.pieces.push(Text(std::mem::take(&mut self.piece)));
        }
        self.size = 0;
    }
}

/// The longest beginning of at most `room` units that ends after white space, or inside a word longer than `room`
/// (then never between a letter and its marks), and the rest.
pub(super) fn head(words: &str, room: usize) -> (&str, &str) {
    let mut used = 0;
    let Some(end) = words.char_indices().find_map(|(at, letter)| {
        used += letter.len_utf16();
        (used > room).then_some(at)
    }) else {
        return (words, "");
    };
    let after_space = words[..end].char_indices().rev().find(|(_, c)| c.is_whitespace());
    if let Some((at, space)) = after_space {
        return words.split_at(at + space.len_utf8());
    }
    let boundary = words[..end].char_indices().map(|(at, _)| at).chain([end]).rev().find(|at| !joins(words, *at));
    match boundary {
        Some(at) if at > 0 => words.split_at(at),
        _ => words.split_at(end),
    }
}

/// Whether a cut here would part what is read as one sign: a letter and its accent, an emoji and its skin.
fn joins(words: &str, at: usize) -> bool {
    let glue = |c: char| c == '\u{200d}' || ('\u{fe00}'..='\u{fe0f}').contains(&c);
    let next = words[at..].chars().next();
    let before = words[..at].chars().next_back();
    next.is_some_and(|c| is_combining_mark(c) || glue(c) || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c))
        || before == Some('\u{200d}')
}

/// Escaped for the one place that is mrkdwn: a message's fallback `text`.
pub(super) fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Undoes Slack's escaping of `&`, `<` and `>`.
pub(super) fn unescaped(words: &str) -> String {
    words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The words of a message as people read them: Slack's marks for mentions and links become what they show.
pub(super) fn readable(mrkdwn: &str) -> String {
    let mut read = String::with_capacity(mrkdwn.len());
    let mut rest = mrkdwn;
    while let Some((before, after)) = rest.split_once('<') {
        read.push_str(before);
        let Some((mark, behind)) = after.split_once('>') else {
            read.push('<');
            rest = after;
            continue;
        };
        let (target, label) = mark.split_once('|').map_or((mark, None), |(target, label)| (target, Some(label)));
        let sign = match target.chars().next() {
            Some('@' | '!') => "@",
            Some('#') => "#",
            _ => "",
        };
        let shown = label.unwrap_or(if sign.is_empty() { target } else { &target[1..] });
        read.push_str(if shown.starts_with(sign) { "" } else { sign });
        read.push_str(shown);
        rest = behind;
    }
    read.push_str(rest);
    unescaped(&read)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cut_text_is_whole_and_every_piece_fits(words in "(?s)[ \\n.a-z<é👩🏽‍💻\u{301}\u{200d}]{0,200}", room in 2_usize..40) {
            let text = Text::plain(words.as_str()).then(Text::strong("strong words")).then(words.as_str());
            let pieces = cut(&text, room);
            let joined: String = pieces.iter().map(Text::unstyled).collect();
            prop_assert_eq!(joined, text.unstyled());
            prop_assert!(pieces.iter().all(|piece| units(&piece.unstyled()) <= room));
        }

        #[test]
        fn a_word_that_fits_in_a_piece_is_not_parted(words in "([a-z]{1,8} ){1,40}") {
            let pieces = cut(&Text::plain(words.as_str()), 10);
            prop_assert!(pieces.iter().all(|piece| piece.unstyled().ends_with(' ')));
        }

        #[test]
        fn what_is_escaped_reads_as_it_was(words in "(?s).{0,80}") {
            prop_assert_eq!(unescaped(&escaped(&words)), words);
        }
    }

    #[test]
    fn a_letter_keeps_its_accent() {
        assert_eq!(head("e\u{301}e\u{301}e\u{301}", 3), ("e\u{301}", "e\u{301}e\u{301}"));
    }

    #[test]
    fn a_message_reads_as_people_see_it() {
        let sent = "<@U1> said <https://x.y|no> to <#C1|sales>: <!here> a &lt; b &amp;amp; <https://z> 1 < 2";
        assert_eq!(readable(sent), "@U1 said no to #sales: @here a < b &amp; https://z 1 < 2");
    }
}
