//! What is looked for: words, and filters such as `reason:price`.

use chrono::{Months, NaiveDate};

use crate::args;
use crate::domain::{Axis, Days, Lexicon, MOST_WORDS, Role, Source, Stage, fold, parse_day, wanted};
use crate::flows::{Call, Result, reply, tell};
use crate::store::{Search, Trait};
use crate::words::Language;

/// The most pages somebody may turn to.
const LAST_PAGE: u16 = 1000;
/// The first and the last day that are looked for where only the other one is said.
const DAYS: (NaiveDate, NaiveDate) =
    (NaiveDate::from_ymd_opt(1990, 1, 1).expect("a day"), NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day"));

/// What may be asked for beside words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    Reason,
    Product,
    Since,
    Until,
    By,
    Segment,
    Source,
    Competitor,
    Stage,
}

impl Filter {
    const ALL: [Filter; 9] = [
        Filter::Reason,
        Filter::Product,
        Filter::Since,
        Filter::Until,
        Filter::By,
        Filter::Segment,
        Filter::Source,
        Filter::Competitor,
        Filter::Stage,
    ];

    /// What it is called: first as a button writes it, then in each language, folded.
    fn names(self) -> &'static [&'static str] {
        match self {
            Filter::Reason => &["r", "reason", "raison", "motif", "motiv"],
            Filter::Product => &["p", "product", "produit", "produs"],
            Filter::Since => &["s", "since", "from", "depuis", "din"],
            Filter::Until => &["u", "until", "to", "jusqu'a", "jusqu'au", "jusque", "pana"],
            Filter::By => &["b", "by", "rep", "par", "de"],
            Filter::Segment => &["g", "segment", "market", "marche", "piata"],
            Filter::Source => &["o", "source", "provenance", "origine", "sursa", "provenienta"],
            Filter::Competitor => &["c", "competitor", "vs", "concurrent", "concurent", "competitie"],
            Filter::Stage => &["t", "stage", "etape", "stade", "etapa", "stadiu"],
        }
    }

    fn of(name: &str) -> Option<Filter> {
        let name = fold(name);
        Filter::ALL.into_iter().find(|filter| filter.names().contains(&name.as_str()))
    }
}

/// What was typed, cut into words and filters with their values.
#[derive(Debug, Default, PartialEq, Eq)]
struct Typed {
    words: String,
    filters: Vec<(String, String)>,
}

impl Typed {
    /// A value may be in quotes, and begin after a blank.
    fn cut(typed: &str) -> Typed {
        let mut cut = Typed::default();
        let mut pieces = pieces(typed).into_iter();
        while let Some(piece) = pieces.next() {
            match filter(&piece) {
                Some((name, "")) => {
                    let value = pieces.next().unwrap_or_default();
                    cut.filters.push((name.to_owned(), plain(&value)));
                }
                Some((name, value)) => cut.filters.push((name.to_owned(), plain(value))),
                None => {
                    cut.words.push(' ');
                    cut.words += &piece;
                }
            }
        }
        cut
    }
}

/// A name of letters before a colon, and what is behind it.
fn filter(piece: &str) -> Option<(&str, &str)> {
    let (name, value) = piece.split_once(':')?;
    let named = !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c == '\'' || c == '’');
    // The beginning of an address is no filter.
    (named && !value.starts_with("//")).then_some((name, value))
}

/// What blanks part, but for those in quotes.
fn pieces(typed: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut quoted, mut left) = (false, typed.chars().filter(|c| is_quote(*c)).count());
    for c in typed.chars() {
        if is_quote(c) {
            left -= 1;
            // A mark without an end is none: five inches, 5".
            quoted = !quoted && left > 0;
        }
        match pieces.last_mut() {
            Some(piece) if quoted || !c.is_whitespace() => piece.push(c),
            _ => pieces.push(String::new()),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

fn plain(value: &str) -> String {
    value.trim_matches(|c: char| is_quote(c) || c.is_whitespace()).to_owned()
}

/// What was typed without the page that was asked for, and which one it is.
pub(super) fn without_page(typed: &str) -> (String, u16) {
    let page = |piece: &str| piece.strip_prefix("page:").and_then(|page| page.parse::<u16>().ok());
    let asked = typed.split(' ').find_map(page).unwrap_or(1);
    let rest: Vec<&str> = typed.split(' ').filter(|piece| page(piece).is_none()).collect();
    (rest.join(" "), asked.clamp(1, LAST_PAGE) - 1)
}

/// What was typed, folded, with the shortest names of filters: it means the same.
pub(super) fn shortened(typed: &str) -> String {
    let cut = Typed::cut(typed);
    let words = fold(&cut.words).replace(is_quote, " ");
    let mut short: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    for (name, value) in &cut.filters {
        let name = Filter::of(name).map_or(name.as_str(), |filter| filter.names()[0]);
        let value = fold(value);
        let quoted = if value.contains(' ') { format!("\"{value}\"") } else { value };
        short.push(format!("{name}:{quoted}"));
    }
    short.join(" ")
}

/// What is looked for; a sentence if some of it cannot be.
pub(super) async fn read(call: &mut Call<'_>, typed: &str) -> Result<Search> {
    let cut = Typed::cut(typed);
    let mut search = Search { words: wanted(&cut.words), ..Search::default() };
    if search.words.len() > MOST_WORDS {
        return tell(call.words.text("search.too_many", args! { most: MOST_WORDS }));
    }
    let mut of_kinds: Vec<(Filter, Vec<Trait>)> = Vec::new();
    for (name, value) in &cut.filters {
        let Some(filter) = Filter::of(name) else {
            return tell(call.words.text("search.no_filter", args! { typed: typed, filter: format!("{name}:") }));
        };
        let traits = match filter {
            Filter::Since | Filter::Until => {
                limit(call, &mut search, filter, (name, value), typed)?;
                continue;
            }
            filter => meant(call, filter, value).await?,
        };
        if traits.is_empty() {
            return unknown(call, filter, (name, value), typed).await;
        }
        // Of one kind any will do, of two both must.
        match of_kinds.iter_mut().find(|(kind, _)| *kind == filter) {
            Some((_, known)) => known.extend(traits),
            None => of_kinds.push((filter, traits)),
        }
    }
    search.traits = of_kinds.into_iter().map(|(_, traits)| traits).collect();
    if search == Search::default() {
        return tell(call.words.text("search.no_words", args! { typed: typed }));
    }
    Ok(search)
}

/// Takes the first or the last day.
fn limit(call: &Call<'_>, search: &mut Search, filter: Filter, (name, value): (&str, &str), typed: &str) -> Result<()> {
    let Some(said) = days(value, reply::today(call)) else {
        let filter = format!("{name}:{value}");
        return tell(call.words.text("search.no_day", args! { typed: typed, filter: filter }));
    };
    let days = search.days.get_or_insert(Days { from: DAYS.0, to: DAYS.1 });
    if filter == Filter::Since {
        days.from = days.from.max(said.from);
    } else {
        days.to = days.to.min(said.to);
    }
    Ok(())
}

/// A year, a month, or a day.
fn days(value: &str, today: NaiveDate) -> Option<Days> {
    let first = |text: String, months: u32| {
        let from = text.parse::<NaiveDate>().ok().filter(|day| *day >= DAYS.0)?;
        Some(Days { from, to: from.checked_add_months(Months::new(months))?.pred_opt()? })
    };
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if digits(value, 4) {
        return first(format!("{value}-01-01"), 12);
    }
    if value.split_once('-').is_some_and(|(year, month)| digits(year, 4) && digits(month, 2)) {
        return first(format!("{value}-01"), 1);
    }
    let day = value.parse().ok().or_else(|| parse_day(value, today)).filter(|day| *day >= DAYS.0)?;
    Some(Days { from: day, to: day })
}

/// What a value of a filter means; nothing if nobody knows it.
async fn meant(call: &mut Call<'_>, filter: Filter, value: &str) -> Result<Vec<Trait>> {
    Ok(match filter {
        Filter::Reason => call.shared.reasons.find(value).map(|found| Trait::Reason(found.value)).into_iter().collect(),
        Filter::Product => {
            let products = call.tx.products(call.by.id).await?;
            let named = products.into_iter().map(|product| {
                let names = std::iter::once(product.name).chain(product.aliases);
                (product.id, names.collect::<Vec<_>>())
            });
            Lexicon::new(named)
                .find(value.trim_start_matches('#'))
                .map(|found| Trait::Product(found.value))
                .into_iter()
                .collect()
        }
        Filter::Stage => stages(call).find(value).map(|found| Trait::Stage(stays(found.value))).into_iter().collect(),
        Filter::By if matches!(fold(value).as_str(), "me" | "moi" | "eu" | "mine") => vec![Trait::By(call.by.id)],
        Filter::By => call.tx.loggers_named(value).await?.into_iter().map(Trait::By).collect(),
        Filter::Segment => named(call, Axis::Segment, value).await?.into_iter().map(Trait::Segment).collect(),
        Filter::Source => call.shared.sources.find(value).map(|found| Trait::Source(found.value)).into_iter().collect(),
        Filter::Competitor => named(call, Axis::Competitor, value).await?.into_iter().map(Trait::Competitor).collect(),
        Filter::Since | Filter::Until => Vec::new(),
    })
}

/// Segments or competitors, by name; if none is called so, those of which it is a word or the beginning of one.
async fn named(call: &mut Call<'_>, axis: Axis, value: &str) -> Result<Vec<String>> {
    let said = fold(value);
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let keys = call.tx.written_names(axis).await?;
    if keys.contains_key(&said) {
        return Ok(vec![said]);
    }
    let inside = format!(" {said}");
    let mut found: Vec<String> =
        keys.into_keys().filter(|key| key.starts_with(&said) || key.contains(&inside)).take(25).collect();
    if found.is_empty() && call.by.role != Role::Admin {
        // Whether another team knows the name is not theirs to learn: it is simply not found.
        found.push(said);
    }
    Ok(found)
}

/// The stage in which one that is only passed through ends.
fn stays(stage: Stage) -> Stage {
    if matches!(stage, Stage::Validated | Stage::Recontacted) { Stage::Dormant } else { stage }
}

/// Stages, by what they are called in any language.
fn stages(call: &Call<'_>) -> Lexicon<Stage> {
    Lexicon::new(Stage::ALL.map(|stage| {
        let label = |language| call.shared.words.in_language(language).label("stage", stage.as_str());
        let names = std::iter::once(stage.as_str().to_owned()).chain(Language::ALL.map(label));
        (stage, names.collect::<Vec<_>>())
    }))
}

/// A sentence about a value nobody knows, with what was typed and what may be.
async fn unknown<T>(call: &mut Call<'_>, filter: Filter, (name, value): (&str, &str), typed: &str) -> Result<T> {
    let words = call.words;
    let known: Vec<String> = match filter {
        Filter::Reason => crate::domain::TAXONOMY.iter().map(|(reason, _)| words.label("reason", reason)).collect(),
        Filter::Stage => {
            let stay = Stage::ALL.into_iter().filter(|stage| stays(*stage) == *stage);
            stay.map(|stage| words.label("stage", stage.as_str())).collect()
        }
        Filter::Source => Source::ALL.map(|source| words.label("source", source.as_str())).into(),
        Filter::Product => call.tx.product_names().await?.into_iter().map(|(_, name)| name).take(25).collect(),
        _ => Vec::new(),
    };
    let filter = format!("{name}:{value}");
    if known.is_empty() {
        return tell(words.text("search.nobody", args! { typed: typed, filter: filter }));
    }
    tell(words.text("search.no_value", args! { typed: typed, filter: filter, known: words.list(&known) }))
}
