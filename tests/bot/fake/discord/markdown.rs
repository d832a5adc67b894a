//! Discord's markdown as a person reads it. Whatever the service would interpret is interpreted here, so words that
//! were not escaped do not come out as they were written.

use chrono::DateTime;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Plain,
    Quote,
    /// Of a list.
    Item,
    /// Of a block of code.
    Code,
}

/// A line as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) sort: Sort,
    pub(super) text: String,
    /// The strong words it begins with, if they end in a colon, and what follows them.
    pub(super) fact: Option<(String, String)>,
}

/// How people and channels are called, by `@` or `#` and the id.
pub(super) type Names<'a> = &'a dyn Fn(char, &str) -> String;

/// The lines of a text.
pub(super) fn lines(raw: &str, names: Names) -> Vec<Line> {
    let mut out = vec![];
    let (mut rest, mut before) = (raw, String::new());
    while let Some((start, end)) = fence(rest).and_then(|at| Some((at, rest[at + 3..].find("```")?))) {
        before.push_str(&rest[..start]);
        if !before.trim_matches('\n').is_empty() {
            text_lines(before.strip_suffix('\n').unwrap_or(&before), names, &mut out);
        }
        before.clear();
        let code = &rest[start + 3..start + 3 + end];
        let word = |c: char| c.is_ascii_alphanumeric() || "_+-.#".contains(c);
        let code = code.split_once('\n').filter(|(tag, _)| tag.chars().all(word)).map_or(code, |(_, code)| code);
        let code = code.strip_suffix('\n').unwrap_or(code);
        out.extend(code.split('\n').map(|line| Line { sort: Sort::Code, text: shown(line), fact: None }));
        rest = &rest[start + 6 + end..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    before.push_str(rest);
    if !before.is_empty() {
        text_lines(&before, names, &mut out);
    }
    out
}

/// Where a block of code begins: three backticks that are not escaped.
fn fence(text: &str) -> Option<usize> {
    let found = text.match_indices("```").map(|(at, _)| at);
    found.into_iter().find(|at| !text[..*at].ends_with('\\'))
}

fn text_lines(text: &str, names: Names, out: &mut Vec<Line>) {
    let mut all_quoted = false;
    for line in text.split('\n') {
        let (quoted, line) = match (line.strip_prefix(">>> "), line.strip_prefix("> ")) {
            _ if all_quoted => (true, line),
            (Some(rest), _) => {
                all_quoted = true;
                (true, rest)
            }
            (_, Some(rest)) => (true, rest),
            _ => (false, line),
        };
        let heads = ["# ", "## ", "### ", "-# "];
        let line = heads.iter().find_map(|head| line.strip_prefix(head)).unwrap_or(line);
        let item = line.trim_start().strip_prefix("- ").or(line.trim_start().strip_prefix("* "));
        let sort = match (quoted, item) {
            (true, _) => Sort::Quote,
            (_, Some(_)) => Sort::Item,
            _ => Sort::Plain,
        };
        let line = if sort == Sort::Item { item.unwrap_or(line) } else { line };
        out.push(Line { sort, text: inline(line, names), fact: fact(line, names) });
    }
}

fn fact(line: &str, names: Names) -> Option<(String, String)> {
    let rest = line.strip_prefix("**")?;
    let end = closing(rest, "**")?;
    let label = inline(&rest[..end], names);
    let value = inline(&rest[end + 2..], names);
    Some((label.strip_suffix(':')?.to_owned(), value.trim().to_owned()))
}

/// Words without what cannot be seen. Joiners stay: scripts and emoji need them.
fn shown(text: &str) -> String {
    text.replace(['\u{200b}', '\u{2060}', '\u{feff}'], "")
}

/// One line, everything in it interpreted.
pub(super) fn inline(text: &str, names: Names) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let before = text[..at].chars().next_back();
        let (read, length) = escaped(rest)
            .or_else(|| code(rest))
            .or_else(|| angled(rest, names))
            .or_else(|| link(rest, names))
            .or_else(|| styled(rest, before, names))
            .unwrap_or_else(|| (c.to_string(), c.len_utf8()));
        out.push_str(&read);
        at += length;
    }
    shown(&out)
}

fn escaped(rest: &str) -> Option<(String, usize)> {
    let next = rest.strip_prefix('\\')?.chars().next()?;
    (!next.is_ascii_alphanumeric() && !next.is_whitespace()).then(|| (next.to_string(), 1 + next.len_utf8()))
}

fn code(rest: &str) -> Option<(String, usize)> {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let fence = rest.get(..ticks).filter(|fence| !fence.is_empty())?;
    let end = rest[ticks..].find(fence)?;
    (end > 0).then(|| (rest[ticks..ticks + end].to_owned(), end + 2 * ticks))
}

/// `<@1>`, `<#1>`, `<@&1>`, `<t:1:D>`, `<:name:1>`, `<https://..>`.
fn angled(rest: &str, names: Names) -> Option<(String, usize)> {
    let end = rest.strip_prefix('<')?.find('>')? + 1;
    let inner = &rest[1..end];
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let read = if let Some(role) = inner.strip_prefix("@&").filter(|id| number(id)) {
        format!("@&{role}")
    } else if let Some(id) = inner.strip_prefix('@').map(|id| id.trim_start_matches('!')).filter(|id| number(id)) {
        format!("@{}", names('@', id))
    } else if let Some(id) = inner.strip_prefix('#').filter(|id| number(id)) {
        format!("#{}", names('#', id))
    } else if let Some(time) = inner.strip_prefix("t:") {
        let seconds = time.split(':').next()?.parse().ok()?;
        DateTime::from_timestamp(seconds, 0)?.format("@%Y-%m-%dT%H:%MZ").to_string()
    } else if inner.starts_with("https://") || inner.starts_with("http://") {
        inner.to_owned()
    } else {
        let (name, id) = inner.trim_start_matches('a').strip_prefix(':')?.split_once(':')?;
        number(id).then(|| format!(":{name}:"))?
    };
    Some((read, end + 1))
}

fn link(rest: &str, names: Names) -> Option<(String, usize)> {
    let inner = rest.strip_prefix('[')?;
    let middle = closing(inner, "](")?;
    let url = &inner[middle + 2..];
    let end = url.find(')')?;
    let target = url[..end].trim_start_matches('<');
    let leads = target.starts_with("https://") || target.starts_with("http://");
    leads.then(|| (inline(&inner[..middle], names), 1 + middle + 2 + end + 1))
}

fn styled(rest: &str, before: Option<char>, names: Names) -> Option<(String, usize)> {
    let mark = ["**", "__", "~~", "||", "*", "_"].into_iter().find(|mark| rest.starts_with(mark))?;
    let inner = &rest[mark.len()..];
    let end = closing(inner, mark).filter(|end| *end > 0)?;
    let (words, after) = (&inner[..end], inner[end + mark.len()..].chars().next());
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let stands = match mark {
        "_" => !word(before) && !word(after),
        "*" => !words.starts_with(char::is_whitespace) && !words.ends_with(char::is_whitespace),
        _ => true,
    };
    stands.then(|| (inline(words, names), end + 2 * mark.len()))
}

/// Where a mark ends what it began: not escaped, and a single one not part of a double one.
fn closing(inner: &str, mark: &str) -> Option<usize> {
    let mut at = 0;
    while at < inner.len() {
        let rest = &inner[at..];
        if let Some((_, length)) = escaped(rest) {
            at += length;
            continue;
        }
        if rest.starts_with(mark) {
            let double = mark.len() == 1 && rest[1..].starts_with(mark);
            if !double {
                return Some(at);
            }
            at += 2;
            continue;
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> String {
        let names = |kind: char, id: &str| format!("{}{id}", if kind == '@' { "n" } else { "c" });
        lines(raw, &names).into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn markup_is_read_as_a_person_sees_it() {
        assert_eq!(read("**Acme**, *12* __k__ ~~x~~ ||y|| a_b_c _d_"), "Acme, 12 k x y a_b_c d");
        assert_eq!(read("<@12> <@!13> <#4> <t:1800000000:D> <:ok:55>"), "@n12 @n13 #c4 @2027-01-15T08:00Z :ok:");
        assert_eq!(read("[a](https://b.c) [d](e) <https://f.g>"), "a [d](e) https://f.g");
    }

    #[test]
    fn what_is_escaped_stays_as_it_was_written() {
        assert_eq!(read(r"\*\*x\*\* \<@1\> \`y\` \[a\](https\://b.c) \# z"), "**x** <@1> `y` [a](https://b.c) # z");
        assert_eq!(read(r"**a\*\*b** \_c\_ \\d"), r"a**b _c_ \d");
    }

    #[test]
    fn what_is_not_escaped_does_not() {
        assert_ne!(read("**x** `y` <@1>"), "**x** `y` <@1>");
    }

    #[test]
    fn blocks_are_told_apart() {
        let names = |_: char, id: &str| id.to_owned();
        let sorts: Vec<Sort> =
            lines("# A\n> b\n- c\n```\nd | e\n```\n**F:** g", &names).into_iter().map(|l| l.sort).collect();
        assert_eq!(sorts, [Sort::Plain, Sort::Quote, Sort::Item, Sort::Code, Sort::Plain]);
        let last = lines("**F\\*:** g *h*", &names).remove(0);
        assert_eq!(last.fact, Some(("F*".into(), "g h".into())));
    }
}
