//! Text as Discord's markdown: whatever a person wrote is shown as they wrote it.

use crate::chat::{Service, Span, Text, WhenStyle};

/// A line of markdown no longer than [`LINE`], or what remains of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Markdown.
    pub(super) text: String,
    /// Whether it goes on where the one before it ended, because the two did not fit in one.
    pub(super) goes_on: bool,
}

/// How many UTF-16 units a line may have before it is split: an embed's description holds 4096.
const LINE: usize = 1500;

/// The length Discord counts, at worst: in UTF-16 units, never less than in characters.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Words with everything escaped that Discord would interpret.
///
/// Covered: emphasis, code, spoilers, quotes, headings, lists, links, mentions (`<@1>`, `<#1>`, `@everyone`),
/// timestamps (`<t:1>`), custom emoji, and bare addresses, which would become links.
pub(super) fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 8);
    let mut line_so_far = "";
    for (at, c) in words.char_indices() {
        let rest = &words[at + c.len_utf8()..];
        let special = match c {
            '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' => true,
            // "# a" is a heading and "- a" an item; "#214" and "-5" are what they are.
            '#' | '-' | '+' => {
                let after = rest.trim_start_matches(['#', '-']).chars().next();
                line_so_far.trim_start().trim_matches(['#', '-']).is_empty() && after.is_none_or(char::is_whitespace)
            }
            '.' | ')' => is_number(line_so_far.trim_start()) && rest.starts_with(' '),
            ':' => rest.starts_with("//"),
            '@' => rest.starts_with("everyone") || rest.starts_with("here"),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        let line_start = if c == '\n' { at + 1 } else { at - line_so_far.len() };
        line_so_far = &words[line_start..at + c.len_utf8()];
    }
    out
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A text as markdown, line by line.
pub(super) fn lines(text: &Text) -> Vec<Line> {
    write(text, false)
}

/// The same, all of it strong.
pub(super) fn strong_lines(text: &Text) -> Vec<Line> {
    write(text, true)
}

fn write(text: &Text, all_strong: bool) -> Vec<Line> {
    let mut page = Page { lines: vec![], now: String::new(), goes_on: false, strong: false };
    for span in &text.0 {
        match span {
            Span::Plain(words) => page.words(words, all_strong),
            Span::Strong(words) => page.words(words, true),
            Span::Link { label, url } => match web_address(url) {
                Some(url) => page.whole(&format!("[{}]({url})", escape(label)), all_strong),
                None => page.words(label, all_strong),
            },
            Span::Mention { account, name } if account.service != Service::Discord || !is_number(&account.id) => {
                page.words(&format!("@{name}"), all_strong);
            }
            Span::Mention { account, .. } => page.whole(&format!("<@{}>", account.id), all_strong),
            Span::When { at, style, .. } => {
                let letter = match style {
                    WhenStyle::Date => 'D',
                    WhenStyle::Time => 't',
                    WhenStyle::DateTime => 'f',
                };
                page.whole(&format!("<t:{}:{letter}>", at.timestamp()), all_strong);
            }
        }
    }
    page.end()
}

/// An `https` address that cannot break out of a markdown link.
fn web_address(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok().filter(|url| url.scheme() == "https")?;
    Some(parsed.as_str().replace('(', "%28").replace(')', "%29"))
}

struct Page {
    lines: Vec<Line>,
    now: String,
    goes_on: bool,
    strong: bool,
}

impl Page {
    fn words(&mut self, words: &str, strong: bool) {
        for (n, line) in words.split('\n').enumerate() {
            if n > 0 {
                self.next(false);
            }
            for piece in pieces(line) {
                // Emphasis must touch a word: blanks stay outside of it.
                let inner = piece.trim();
                if !strong || inner.is_empty() {
                    self.whole(&escape_at(&self.now, piece), false);
                    continue;
                }
                let start = piece.find(inner).unwrap_or_default();
                self.whole(&piece[..start], false);
                self.whole(&escape_at(&self.now, inner), true);
                self.whole(&piece[start + inner.len()..], false);
            }
        }
    }

    /// Adds markdown that must not be torn.
    fn whole(&mut self, markdown: &str, strong: bool) {
        if markdown.is_empty() {
            return;
        }
        if !self.now.is_empty() && units(&self.now) + units(markdown) + 4 > LINE {
            self.next(true);
        }
        if strong != self.strong {
            self.now.push_str("**");
            self.strong = strong;
        }
        self.now.push_str(markdown);
    }

    fn next(&mut self, goes_on: bool) {
        if self.strong {
            self.now.push_str("**");
            self.strong = false;
        }
        self.lines.push(Line { text: std::mem::take(&mut self.now), goes_on: self.goes_on });
        self.goes_on = goes_on;
    }

    fn end(mut self) -> Vec<Line> {
        self.next(false);
        self.lines
    }
}

/// Escapes words that come after others: only at the start of a line are `#`, `-` and `1.` special.
fn escape_at(before: &str, words: &str) -> String {
    if before.trim().is_empty() {
        return escape(words);
    }
    // A letter in front of them says "not the start of a line".
    escape(&format!("x{words}")).split_off(1)
}

/// Cuts a line into pieces that stay under [`LINE`] even if every character is escaped, between words where it can.
fn pieces(line: &str) -> Vec<&str> {
    const MOST: usize = LINE / 2 - 8;
    let (mut out, mut rest) = (vec![], line);
    while units(rest) > MOST {
        let mut count = 0;
        let end = rest.char_indices().find(|(_, c)| {
            count += c.len_utf16();
            count > MOST
        });
        let end = end.map_or(rest.len(), |(at, _)| at);
        let cut = rest[..end].rfind(' ').map_or(end, |at| at + 1);
        out.push(&rest[..cut]);
        rest = &rest[cut..];
    }
    out.push(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Account;
    use chrono::DateTime;

    fn shown(text: &Text) -> String {
        lines(text).into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn whatever_a_person_writes_is_not_interpreted() {
        assert_eq!(escape("**x** _y_ `z`"), r"\*\*x\*\* \_y\_ \`z\`");
        assert_eq!(escape("@everyone and <@1> <t:5> <#2>"), r"\@everyone and \<@1\> \<t:5\> \<#2\>");
        assert_eq!(escape("[a](https://b.c)"), r"\[a\](https\://b.c)");
        assert_eq!(
            escape("# big\n- item\n-# small\n12. twelve\n> q"),
            "\\# big\n\\- item\n\\-\\# small\n12\\. twelve\n\\> q"
        );
        assert_eq!(escape("#214, -5 and more\n#\n-"), "#214, -5 and more\n\\#\n\\-");
        assert_eq!(escape("3.5 of a-b #214, 12.000,50 €"), "3.5 of a-b #214, 12.000,50 €");
    }

    #[test]
    fn only_typed_spans_are_markup() {
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let text = Text::plain("To ")
            .then(Text(vec![Span::Mention { account: Account::new(Service::Discord, "12"), name: "Ana".into() }]))
            .then(" by ")
            .then(Text(vec![Span::When { at, style: WhenStyle::Date, fallback: "then".into() }]))
            .then(Text::strong(" now! "))
            .then(Text(vec![Span::Link { label: "x]".into(), url: "https://a.b/(c)".into() }]))
            .then(Text(vec![Span::Link { label: "bad".into(), url: "javascript:1".into() }]));
        assert_eq!(shown(&text), r"To <@12> by <t:1800000000:D> **now!** [x\]](https://a.b/%28c%29)bad");
    }

    #[test]
    fn a_mention_of_another_service_is_a_name() {
        let slack = Account::new(Service::Slack, "U1");
        assert_eq!(shown(&Text(vec![Span::Mention { account: slack, name: "A_b".into() }])), r"@A\_b");
    }

    #[test]
    fn a_long_line_is_split_and_nothing_of_it_is_lost() {
        let words = "ăb* ".repeat(2_000);
        let written = lines(&Text::plain(words.clone()));
        assert!(written.iter().all(|line| units(&line.text) <= LINE));
        assert!(written.iter().skip(1).all(|line| line.goes_on));
        let joined: String = written.into_iter().map(|line| line.text).collect();
        assert_eq!(joined.replace('\\', ""), words);
    }
}
