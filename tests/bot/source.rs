//! Reading this crate's own source, for tests about how it is written.

#![expect(clippy::unwrap_used, reason = "a test whose files cannot be read fails")]

use std::path::{Path, PathBuf};

/// A source file: its path under `src`, with `/`, and what is in it.
pub(crate) struct Source {
    pub(crate) path: String,
    /// Without comments, every literal emptied.
    pub(crate) code: String,
    /// What is between the quotes of its string literals, escapes as written.
    pub(crate) literals: Vec<String>,
}

impl Source {
    pub(crate) fn read(path: &str, written: &str) -> Self {
        let mut lexer =
            Lexer { rest: written, source: Source { path: path.into(), code: String::new(), literals: Vec::new() } };
        while !lexer.rest.is_empty() {
            lexer.step();
        }
        lexer.source
    }

    /// Every path named in the code, groups spread out: `use a::{b, c::d}` gives `a::b` and `a::c::d`.
    pub(crate) fn paths(&self) -> Vec<Vec<String>> {
        let tokens = tokens(&self.code);
        let (mut found, mut at) = (Vec::new(), 0);
        while at < tokens.len() {
            let alone = at > 0 && matches!(tokens[at - 1].as_str(), "use" | "crate");
            if is_name(&tokens[at]) {
                let from = found.len();
                at = path(&tokens, at, &[], &mut found);
                if !alone && found.len() == from + 1 && found[from].len() == 1 {
                    found.pop();
                }
            } else {
                at += 1;
            }
        }
        found
    }
}

/// Every `.rs` file under `src`.
pub(crate) fn all() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                sources.push(Source::read(&name, &std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(sources.len() > 5, "the source was not found");
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

struct Lexer<'a> {
    rest: &'a str,
    source: Source,
}

impl Lexer<'_> {
    fn step(&mut self) {
        if self.rest.starts_with("//") {
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.block_comment();
        } else if let Some(hashes) = self.raw_string() {
            let open = self.rest.find('"').unwrap() + 1;
            let end = format!("\"{}", "#".repeat(hashes));
            let length = self.rest[open..].find(&end).unwrap_or(self.rest.len() - open);
            self.literal(open, length, end.len());
        } else if self.rest.starts_with('"') {
            let mut escaped = false;
            let end = |c: char| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            };
            let length = self.rest[1..].find(end).unwrap_or(self.rest.len() - 1);
            self.literal(1, length, 1);
        } else if let Some(length) = self.char_literal() {
            self.skip(length);
            self.source.code.push_str("' '");
        } else {
            let next = self.rest.chars().next().unwrap();
            self.source.code.push(next);
            self.skip(next.len_utf8());
        }
    }

    fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    fn literal(&mut self, open: usize, length: usize, close: usize) {
        self.source.literals.push(self.rest[open..open + length].to_owned());
        self.source.code.push_str("\"\"");
        self.skip(open + length + close);
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while !self.rest.is_empty() {
            let length = self.rest.chars().next().unwrap().len_utf8();
            if self.rest.starts_with("/*") {
                depth += 1;
                self.skip(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.skip(2);
                if depth == 0 {
                    return;
                }
            } else {
                self.skip(length);
            }
        }
    }

    fn raw_string(&self) -> Option<usize> {
        let in_name = self.source.code.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let marks = self.rest.strip_prefix('r').or_else(|| self.rest.strip_prefix("br")).filter(|_| !in_name)?;
        let hashes = marks.chars().take_while(|c| *c == '#').count();
        marks[hashes..].starts_with('"').then_some(hashes)
    }

    /// The length of a character literal; a lifetime is none.
    fn char_literal(&self) -> Option<usize> {
        let inside = self.rest.strip_prefix('\'')?;
        let first = inside.chars().next()?;
        if first == '\\' {
            return inside[2..].find('\'').map(|end| end + 4);
        }
        inside[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
    }
}

fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = match name {
            0 if rest.starts_with("::") => 2,
            0 => first.len_utf8(),
            _ => name,
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    tokens
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads the path that starts at `at`; returns where it ends.
fn path(tokens: &[String], mut at: usize, prefix: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = prefix.to_vec();
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    loop {
        if token(at) == "{" {
            at += 1;
            while !matches!(token(at), "}" | "") {
                if is_name(token(at)) { at = self::path(tokens, at, &path, found) } else { at += 1 }
            }
            return at + 1;
        }
        if !is_name(token(at)) {
            break;
        }
        path.push(token(at).to_owned());
        at += 1;
        if token(at) != "::" {
            break;
        }
        at += 1;
    }
    found.push(path);
    at
}
