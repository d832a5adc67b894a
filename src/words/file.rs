//! Reading and checking one `xx.toml` of texts.

use std::collections::BTreeSet;
use std::ops::Range;

use icu_plurals::PluralCategory;
use toml::de::{DeArray, DeTable, DeValue};

use super::Language;
use super::catalogue::{Entry, Texts};
use super::folder::Problem;
use super::template::Template;

/// The plural forms by the names they have in the files.
const FORMS: [(&str, PluralCategory); 6] = [
    ("zero", PluralCategory::Zero),
    ("one", PluralCategory::One),
    ("two", PluralCategory::Two),
    ("few", PluralCategory::Few),
    ("many", PluralCategory::Many),
    ("other", PluralCategory::Other),
];

/// The argument that chooses a plural form; a form may leave it out ("nobody", "one refusal").
pub(super) const COUNT: &str = "count";

/// The texts of a file, checked against the English ones where it is not itself the English one.
pub(super) fn texts(name: &str, written: &str, language: Language, english: Option<&Texts>) -> (Texts, Vec<Problem>) {
    let mut file = File { name, written, language, english, texts: Texts::new(), problems: Vec::new() };
    match DeTable::parse(written) {
        Ok(table) => file.walk("", table.get_ref()),
        Err(error) => file.problem(error.span(), None, error.message().to_owned()),
    }
    // Made from all at once, a map has no room left in it.
    (file.texts.into_iter().collect(), file.problems)
}

/// A file, half read.
struct File<'a> {
    name: &'a str,
    written: &'a str,
    language: Language,
    english: Option<&'a Texts>,
    texts: Texts,
    problems: Vec<Problem>,
}

impl File<'_> {
    fn walk(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let key =
                if prefix.is_empty() { name.get_ref().to_string() } else { format!("{prefix}.{}", name.get_ref()) };
            let read = match value.get_ref() {
                DeValue::String(written) => Template::read(written, self.language).map(Entry::One),
                DeValue::Array(items) => list(items),
                DeValue::Table(forms) if self.is_plural(&key, forms) => self.plural(forms),
                DeValue::Table(nested) if self.english.is_none_or(|english| !english.contains_key(&key)) => {
                    self.walk(&key, nested);
                    continue;
                }
                DeValue::Table(_) => Err("it is one text, not a table".to_owned()),
                _ => Err("a text stands in quotes".to_owned()),
            };
            match read.and_then(|entry| self.check(&key, &entry).map(|()| entry)) {
                Ok(entry) => drop(self.texts.insert(key, entry)),
                Err(wrong) => self.problem(Some(name.span()), Some(key), wrong),
            }
        }
    }

    /// Whether a table holds plural forms. A family of texts may well have a member named `other`: in English, where
    /// nothing else tells, only a table of nothing but forms is one.
    fn is_plural(&self, key: &str, table: &DeTable<'_>) -> bool {
        let is_form = |name: &str| FORMS.iter().any(|(form, _)| *form == name);
        if let Some(english) = self.english {
            return matches!(english.get(key), Some(Entry::Plural(_)));
        }
        let forms = table.iter().filter(|(name, value)| is_form(name.get_ref()) && value.get_ref().is_str());
        table.len() >= 2 && forms.count() == table.len()
    }

    fn plural(&self, table: &DeTable<'_>) -> Result<Entry, String> {
        let wanted = self.language.plural_forms();
        let names: Vec<_> = FORMS.iter().filter(|(_, form)| wanted.contains(form)).map(|(name, _)| *name).collect();
        let names = names.join(", ");
        let mut forms = Vec::new();
        for (name, value) in table {
            let name = name.get_ref();
            let form = FORMS.iter().find(|(form, category)| form == name && wanted.contains(category));
            let (_, form) =
                form.ok_or_else(|| format!("`{}` has no plural form `{name}`: it has {names}", self.language))?;
            let written = value.get_ref().as_str().ok_or("a plural form stands in quotes")?;
            let template = Template::read(written, self.language).map_err(|wrong| format!("in `{name}`, {wrong}"))?;
            forms.push((*form, template));
        }
        match FORMS.iter().find(|(_, form)| wanted.contains(form) && !forms.iter().any(|(given, _)| given == form)) {
            Some((missing, _)) => {
                Err(format!("the plural form `{missing}` is missing: `{}` has {names}", self.language))
            }
            None => Ok(Entry::Plural(forms)),
        }
    }

    /// Holds a text against the English one: the same kind, the same arguments.
    fn check(&self, key: &str, entry: &Entry) -> Result<(), String> {
        let reference = match self.english {
            Some(english) => english.get(key).ok_or_else(|| unknown(english, key))?,
            None => entry,
        };
        match (entry, reference) {
            (Entry::One(text), Entry::One(english)) => same_arguments(&text.arguments(), &english.arguments()),
            (Entry::Plural(forms), Entry::Plural(english)) => {
                let uncounted = |template: &Template| -> BTreeSet<String> {
                    template.arguments().into_iter().filter(|name| *name != COUNT).map(str::to_owned).collect()
                };
                let wanted = english.first().map(|(_, template)| uncounted(template)).unwrap_or_default();
                let wanted = wanted.iter().map(String::as_str).collect();
                forms.iter().try_for_each(|(_, form)| {
                    let given = form.arguments().into_iter().filter(|name| *name != COUNT).collect();
                    same_arguments(&given, &wanted)
                })
            }
            (Entry::List(items), Entry::List(english)) if items.len() == english.len() => Ok(()),
            (_, Entry::One(_)) => Err("it is one text".into()),
            (_, Entry::Plural(_)) => Err("it is a table of plural forms".into()),
            (_, Entry::List(english)) => Err(format!("it is a list of {}", english.len())),
        }
    }

    fn problem(&mut self, at: Option<Range<usize>>, key: Option<String>, wrong: String) {
        let line = at.map(|at| self.written[..at.start].matches('\n').count() + 1);
        self.problems.push(Problem { file: self.name.to_owned(), line, key, wrong });
    }
}

fn list(items: &DeArray<'_>) -> Result<Entry, String> {
    let words = items.iter().map(|item| item.get_ref().as_str().filter(|word| !word.trim().is_empty()));
    let words: Option<Vec<String>> = words.map(|word| word.map(str::to_owned)).collect();
    words.map(Entry::List).ok_or_else(|| "every item of a list is a text in quotes".to_owned())
}

fn same_arguments(given: &BTreeSet<&str>, wanted: &BTreeSet<&str>) -> Result<(), String> {
    if let Some(missing) = wanted.difference(given).next() {
        return Err(format!("the argument {{{missing}}} is missing"));
    }
    match given.difference(wanted).next() {
        Some(unknown) if wanted.is_empty() => Err(format!("there is no argument {{{unknown}}}: this text has none")),
        Some(unknown) => {
            let known: Vec<_> = wanted.iter().map(|name| format!("{{{name}}}")).collect();
            Err(format!("there is no argument {{{unknown}}}: this text has {}", known.join(", ")))
        }
        None => Ok(()),
    }
}

fn unknown(english: &Texts, key: &str) -> String {
    let nearest = english.keys().min_by_key(|known| strsim::damerau_levenshtein(known, key));
    match nearest.filter(|known| strsim::damerau_levenshtein(known, key) <= 1 + key.len() / 5) {
        Some(known) => format!("the bot has no such text: did you mean `{known}`?"),
        None => "the bot has no such text".to_owned(),
    }
}
