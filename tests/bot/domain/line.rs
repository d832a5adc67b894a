//! Refusals in one line.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use panout::domain::{AmountError, Currency, Lexicon, Line, Money, Outcome, ReasonId, Source, Vocabulary, parse_line};
use proptest::prelude::*;
use rstest::rstest;

struct Words {
    reasons: Lexicon<ReasonId>,
    outcomes: Lexicon<Outcome>,
    sources: Lexicon<Source>,
    products: Lexicon<i64>,
}

impl Words {
    fn known() -> Self {
        let names: BTreeMap<&str, &[&str]> = BTreeMap::from([
            ("price", ["Price", "Prix", "Preț", "Expensive"].as_slice()),
            ("price/payment_terms", &["Payment terms", "Délais de paiement", "Termene de plată"]),
            ("technical", &["Technical", "Technique", "Tehnic"]),
            ("silent", &["Silence", "No answer"]),
        ]);
        let mut reasons = Lexicon::default();
        for reason in ReasonId::all() {
            let mut all = vec![reason.as_str()];
            all.extend(reason.level2());
            all.extend(names.get(reason.as_str()).copied().unwrap_or_default());
            reasons.add(reason.clone(), &all);
        }
        let outcomes = Outcome::ALL.map(|outcome| match outcome {
            Outcome::WeDeclined => (outcome, vec![outcome.as_str(), "declined", "refusé par nous"]),
            Outcome::Silent => (outcome, vec![outcome.as_str(), "silencieux", "tăcut"]),
            _ => (outcome, vec![outcome.as_str()]),
        });
        let products = [(1, vec!["CRM Suite", "crm"]), (2, vec!["Mobile App", "mobile"])];
        let sources = Source::ALL.map(|source| match source {
            Source::Webinar => (source, vec![source.as_str(), "Webinaire"]),
            Source::TradeShow => (source, vec![source.as_str(), "Salon professionnel", "Târg"]),
            _ => (source, vec![source.as_str()]),
        });
        let (outcomes, sources) = (Lexicon::new(outcomes), Lexicon::new(sources));
        Self { reasons, outcomes, sources, products: Lexicon::new(products) }
    }

    fn none() -> Self {
        Self {
            reasons: Lexicon::default(),
            outcomes: Lexicon::default(),
            sources: Lexicon::default(),
            products: Lexicon::default(),
        }
    }

    fn parse(&self, text: &str) -> Line {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let (reasons, outcomes, sources, products) = (&self.reasons, &self.outcomes, &self.sources, &self.products);
        parse_line(text, &Vocabulary { reasons, outcomes, sources, products, currency: Currency::EUR, today })
    }
}

fn parse(text: &str) -> Line {
    Words::known().parse(text)
}

/// What a line with so many whole euros holds.
fn euros(whole: i64) -> Option<Money> {
    Money::parse(&whole.to_string(), Currency::EUR).ok()
}

fn reason(id: &str) -> Option<ReasonId> {
    id.parse().ok()
}

fn text(words: &str) -> Option<String> {
    (!words.is_empty()).then(|| words.to_owned())
}

fn date(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

/// The line of the issue, all understood.
fn whole() -> Line {
    Line {
        account: text("Acme"),
        amount: euros(12_000),
        reason: reason("price/payment_terms"),
        products: vec![1],
        competitor: text("Globex"),
        verbatim: text("they only pay at 90 days"),
        ..Line::default()
    }
}

#[test]
fn the_order_is_free() {
    let parts = ["Acme", "12k EUR", "price/payment_terms", "#crm", "vs Globex", "\"they only pay at 90 days\""];
    assert_eq!(parse(&parts.join(" ")), whole());
    for turn in 1..parts.len() {
        let mut turned = parts;
        turned.rotate_left(turn);
        // After "vs Globex", "Acme" would be a part of that name; a comma parts them.
        let line = turned.join(" ").replace("Globex Acme", "Globex, Acme");
        assert_eq!(parse(&line), whole(), "{line}");
    }
}

#[rstest]
#[case("12k")]
#[case("12,000")]
#[case("12.000,00 €")]
#[case("12 000")]
#[case("€12k")]
#[case("€ 12k")]
#[case("0,012 M")]
#[case("EUR 12'000")]
#[case("(12k)")]
#[case("12k,")]
#[case("12 de mii de euro")]
fn an_amount_is_found_however_it_is_typed(#[case] amount: &str) {
    let line = parse(&format!("Acme {amount} price"));
    assert_eq!(
        (line.account, line.amount, line.reason, line.rest),
        (text("Acme"), euros(12_000), reason("price"), String::new())
    );
}

#[rstest]
#[case("prix", "price", false)]
#[case("preț", "price", false)]
#[case("PRET", "price", false)]
#[case("pricee", "price", true)]
#[case("techn", "technical", true)]
#[case("payment terms", "price/payment_terms", false)]
#[case("termene de plată", "price/payment_terms", false)]
#[case("Prix/délais de paiement", "price/payment_terms", false)]
#[case("prix/payment_terms", "price/payment_terms", false)]
#[case("price payment_terms", "price/payment_terms", false)]
#[case("price: payment terms", "price/payment_terms", false)]
#[case("price / payment_terms", "price/payment_terms", false)]
#[case("not_now", "timing/not_now", false)]
fn a_reason_is_found_by_any_name(#[case] typed: &str, #[case] id: &str, #[case] guess: bool) {
    for line in [format!("Acme 12k {typed}"), format!("Acme {typed} 12k"), format!("12k, Acme, {typed}")] {
        let read = parse(&line);
        assert_eq!((read.reason, read.reason_guess), (reason(id), guess), "{line}");
        assert_eq!((read.account, read.amount, read.rest.as_str()), (text("Acme"), euros(12_000), ""), "{line}");
    }
}

#[rstest]
#[case("\"30% too dear\"")]
#[case("“30% too dear”")]
#[case("„30% too dear”")]
#[case("„30% too dear“")]
#[case("«\u{a0}30% too dear\u{a0}»")]
#[case("»30% too dear«")]
#[case("‘30% too dear’")]
#[case("'30% too dear'")]
#[case("\"30% too dear")]
#[case("« 30% too dear")]
fn the_clients_words_are_what_is_quoted(#[case] quoted: &str) {
    let line = parse(&format!("Acme 12k price {quoted}"));
    assert_eq!(line.verbatim, text("30% too dear"));
    assert_eq!(
        (line.account, line.amount, line.reason, line.rest.as_str()),
        (text("Acme"), euros(12_000), reason("price"), "")
    );
}

#[test]
fn quotes_are_kept_to_the_letter() {
    let line = parse("Acme price \"  it's `<!channel>` & @everyone,\n 12k price #crm vs us \"");
    assert_eq!(line.verbatim, text("it's `<!channel>` & @everyone,\n 12k price #crm vs us"));
    assert_eq!((line.amount, line.competitor, line.products), (None, None, vec![]));
    assert_eq!(parse("Acme price \"one\" \"two\"").verbatim, text("one\ntwo"));
    assert_eq!(parse("l'Oréal 12k prix").account, text("l'Oréal"), "an apostrophe is no quote");
    assert_eq!(parse("‘t Hof 12k price").account, text("‘t Hof"));
    assert_eq!(parse("Acme 15\" screens 12k price").account, text("Acme 15\" screens"), "inches are no quote");
}

#[rstest]
#[case("Novo Systems SRL 12k price", "Novo Systems SRL")]
#[case("Delta Air, Inc. 12k price", "Delta Air, Inc.")]
#[case("Delta Air, price, 12k", "Delta Air")]
#[case("Big Corp lost to Globex, price, 12k", "Big Corp")]
#[case("3M 12k price", "3M")]
#[case("A1 Telekom 12k price", "A1 Telekom")]
#[case("Forever 21 12k price", "Forever 21")]
#[case("Procter & Gamble 12k price", "Procter & Gamble")]
#[case("Security Systems 12k price", "Security Systems")]
#[case("Acme Security 12k price", "Acme Security")]
#[case("Price Waterhouse Coopers 12k price", "Price Waterhouse Coopers")]
#[case("Silent Circle 12k price", "Silent Circle")]
#[case("Contra Group 12k price", "Contra Group")]
#[case("Area 51 200k price", "Area 51")]
#[case("365datascience 12k price", "365datascience")]
#[case("\"Novo Systems\" 12k price \"too dear\"", "Novo Systems")]
#[case("Acme: 12k price", "Acme")]
#[case("Acme - 12k - price", "Acme")]
#[case("<!channel> 12k price", "<!channel>")]
#[case("株式会社アクメ 12k price", "株式会社アクメ")]
#[case("שלום בע״מ 12k price", "שלום בע״מ")]
fn a_company_may_have_any_name(#[case] typed: &str, #[case] name: &str) {
    let line = parse(typed);
    assert_eq!(line.account, text(name));
    assert_eq!(line.reason, reason("price"));
    assert!(line.amount.is_some() && line.rest.is_empty() && !line.reason_guess, "{line:?}");
}

#[test]
fn a_reason_in_capitals_after_a_name_is_a_guess() {
    let line = parse("Acme Security 12k");
    assert_eq!((line.reason, line.reason_guess), (reason("technical/security"), true));
    let line = parse("Security Systems 12k");
    assert_eq!((line.account, line.reason), (text("Security Systems"), None));
}

#[rstest]
#[case("-5", AmountError::Negative)]
#[case("1e99", AmountError::NotAnAmount)]
#[case("12k12", AmountError::NotAnAmount)]
#[case("10-15k", AmountError::NotAnAmount)]
#[case("12,00,0", AmountError::NotAnAmount)]
#[case("1.200k", AmountError::ThousandsOrDecimals)]
#[case("99999999999999999999", AmountError::TooLarge)]
#[case("0", AmountError::Zero)]
fn an_amount_that_is_none_is_said_and_kept(#[case] typed: &str, #[case] error: AmountError) {
    let line = parse(&format!("Acme {typed} price"));
    assert_eq!(line.amount_fault, Some((typed.to_owned(), error)));
    assert_eq!((line.amount, line.account, line.rest.as_str()), (None, text("Acme"), ""));
}

#[test]
fn a_currency_that_could_be_several_is_asked_for() {
    let line = parse("Acme 12k kr price");
    let Some((typed, AmountError::WhichCurrency(_))) = line.amount_fault else { panic!("{line:?}") };
    assert_eq!(typed, "12k kr");
}

#[test]
fn other_numbers_stay_words() {
    let line = parse("Acme 12k price for 3 seats in 2027, 50% off");
    assert_eq!((line.amount, line.rest.as_str()), (euros(12_000), "for 3 seats in 2027, 50% off"));
    let line = parse("Acme price they pay at 90 days");
    assert_eq!((line.amount, line.amount_fault, line.rest.as_str()), (None, None, "they pay at 90 days"));
    assert_eq!(parse("Acme 500 price").amount, euros(500));
    assert_eq!(parse("Acme 2026-10-01 price").amount_fault, None);
}

#[rstest]
#[case("until 2027-03", "2027-03-01")]
#[case("until 2027-03-15", "2027-03-15")]
#[case("until 03/2027", "2027-03-01")]
#[case("until 15/03/2027", "2027-03-15")]
#[case("until 15.03.2027,", "2027-03-15")]
#[case("until 2027", "2027-01-01")]
#[case("till March 2027", "2027-03-01")]
#[case("until march", "2027-03-01")]
#[case("until 24 November", "2026-11-24")]
#[case("until November", "2027-11-01")]
#[case("until Q2 2027", "2027-04-01")]
#[case("până în 2027-03", "2027-03-01")]
#[case("pana la 15 martie 2027", "2027-03-15")]
#[case("jusqu'au 15 août 2027", "2027-08-15")]
#[case("jusqu’en 2027-03", "2027-03-01")]
fn a_date_after_until_is_found(#[case] typed: &str, #[case] day: &str) {
    let line = parse(&format!("Acme price {typed} 12k"));
    assert_eq!(line.until, date(day));
    assert_eq!((line.account, line.amount, line.rest.as_str()), (text("Acme"), euros(12_000), ""));
}

#[rstest]
#[case("under contract until 2027-03", "timing/under_contract")]
#[case("contract until March 2027", "timing/under_contract")]
#[case("sous contrat jusqu'en mars 2027", "timing/under_contract")]
#[case("contract până în 2027-03", "timing/under_contract")]
#[case("contract until 2027-03 price", "price")]
#[case("contract terms until 2027-03", "regulatory/contract_terms")]
fn a_contract_until_is_the_reason_unless_another_is_said(#[case] typed: &str, #[case] why: &str) {
    let line = parse(&format!("Acme {typed}"));
    assert_eq!((line.until, line.reason), (date("2027-03-01"), reason(why)));
    assert_eq!((line.account, line.rest.as_str()), (text("Acme"), ""));
}

#[test]
fn whom_nobody_names_did_not_win() {
    let line = parse("Acme 12k price they went with the cheaper one");
    assert_eq!((line.competitor, line.rest.as_str()), (None, "they went with the cheaper one"));
    assert_eq!(parse("Chose Media 12k price").account, text("Chose Media"));
}

#[test]
fn until_without_a_date_is_a_word() {
    let line = parse("Acme price 12k they wait until the board meets, until 2027-13");
    assert_eq!((line.until, line.rest.as_str()), (None, "they wait until the board meets, until 2027-13"));
}

#[rstest]
#[case("vs Globex", "Globex", "")]
#[case("vs. Globex Corp", "Globex Corp", "")]
#[case("vs globex srl", "globex srl", "")]
#[case("contre Globex", "Globex", "")]
#[case("contra Globex they offered less", "Globex", "they offered less")]
#[case("versus 3M", "3M", "")]
#[case("vs \"big blue\"", "big blue", "")]
#[case("vs Globex Price", "Globex", "Price")]
#[case("lost to Globex", "Globex", "")]
#[case("they chose Globex Corp", "Globex Corp", "")]
#[case("a choisi \"big blue\"", "big blue", "")]
#[case("au ales Globex", "Globex", "")]
fn a_competitor_follows_vs(#[case] typed: &str, #[case] name: &str, #[case] rest: &str) {
    let line = parse(&format!("Acme 12k price {typed}"));
    assert_eq!((line.competitor, line.rest.as_str(), line.verbatim), (text(name), rest, None));
}

#[test]
fn outcomes_stand_beside_reasons() {
    let line = parse("Acme 12k silent");
    assert_eq!((line.outcome, line.reason), (Some(Outcome::Silent), reason("silent")));
    let line = parse("Acme 12k silent price");
    assert_eq!((line.outcome, line.reason), (Some(Outcome::Silent), reason("price")));
    let line = parse("Acme declined out_of_perimeter");
    assert_eq!((line.outcome, line.reason), (Some(Outcome::WeDeclined), reason("out_of_perimeter")));
    assert_eq!(parse("Acme 12k price refusé par nous").outcome, Some(Outcome::WeDeclined));
}

#[test]
fn products_are_found_and_unknown_ones_are_kept() {
    let line = parse("Acme 12k price #crm #CRM_Suite,#mobil #Mobile App #teleporter.");
    assert_eq!((line.products, line.unknown_products), (vec![1, 2], vec!["teleporter".to_owned()]));
    assert_eq!(line.rest, "");
}

#[rstest]
#[case("source:webinar", Source::Webinar)]
#[case("Source:Webinaire,", Source::Webinar)]
#[case("source:webinr", Source::Webinar)]
#[case("SURSA: webinar", Source::Webinar)]
#[case("sursă:târg", Source::TradeShow)]
#[case("source:trade show", Source::TradeShow)]
#[case("source: trade show", Source::TradeShow)]
#[case("source:\"trade show\"", Source::TradeShow)]
#[case("provenance : salon professionnel", Source::TradeShow)]
#[case("origine:walk-in", Source::WalkIn)]
#[case("proveniență: partner", Source::Partner)]
fn a_source_follows_its_word_and_a_colon(#[case] typed: &str, #[case] source: Source) {
    for line in
        [format!("Acme 12k {typed} price"), format!("{typed} Acme price 12k"), format!("12k price Acme {typed}")]
    {
        let read = parse(&line);
        assert_eq!((read.source, read.unknown_source), (Some(source), None), "{line}");
        assert_eq!((read.account, read.amount, read.reason), (text("Acme"), euros(12_000), reason("price")), "{line}");
        assert_eq!((read.verbatim, read.rest.as_str()), (None, ""), "{line}");
    }
}

#[rstest]
#[case("Acme Partner 12k price", "Acme Partner", "", "")]
#[case("Phone House 12k price", "Phone House", "", "")]
#[case("Source Networks 12k price", "Source Networks", "", "")]
#[case("Source: Chatham House 12k price", "Source", "", "Chatham House")]
#[case("Acme 12k price they came by phone", "Acme", "", "they came by phone")]
#[case("Acme 12k price, our source: the partner said so", "Acme", "", "our source: the partner said so")]
#[case("Acme 12k price source: \"our own partner\"", "Acme", "our own partner", "source:")]
#[case("Acme 12k price \"source:webinar\"", "Acme", "source:webinar", "")]
#[case("Acme 12k price source://webinar", "Acme", "", "source://webinar")]
fn a_clients_word_is_no_source(#[case] typed: &str, #[case] name: &str, #[case] words: &str, #[case] rest: &str) {
    let line = parse(typed);
    assert_eq!((line.source, line.unknown_source), (None, None));
    assert_eq!((line.account, line.verbatim, line.rest.as_str()), (text(name), text(words), rest));
}

#[test]
fn a_source_that_is_none_is_said_and_a_second_one_stays_words() {
    let line = parse("Acme 12k price source:moonlight,");
    assert_eq!((line.source, line.unknown_source, line.rest.as_str()), (None, text("moonlight"), ""));
    let line = parse("Acme 12k price source:webinar source:partner");
    assert_eq!((line.source, line.rest.as_str()), (Some(Source::Webinar), "source:partner"));
}

#[test]
fn a_reason_that_is_none_is_said_and_kept() {
    let line = parse("Acme 12k weather");
    assert_eq!((line.reason, line.unknown_reason, line.rest.as_str()), (None, text("weather"), ""));
    let line = parse("Acme 12k price/weather");
    assert_eq!((line.reason, line.reason_guess), (reason("price"), true));
    assert_eq!(line.unknown_reason, text("price/weather"));
}

#[test]
fn prose_is_the_rest_and_loses_nothing() {
    let line = parse("Acme, price: they said it is 30% too dear 12k and they have no support");
    assert_eq!((line.account, line.amount, line.reason), (text("Acme"), euros(12_000), reason("price")));
    assert_eq!(line.rest, "they said it is 30% too dear and they have no support");
    let long = "we met them nine times and they still could not decide";
    assert_eq!((parse(long).account, parse(long).rest), (None, long.to_owned()));
}

#[test]
fn an_empty_line_is_an_empty_refusal() {
    assert_eq!(parse(""), Line::default());
    assert_eq!(parse(" \n\t "), Line::default());
    assert_eq!(parse("\"\""), Line::default());
}

#[test]
fn ten_thousand_characters_are_read_soon_and_kept() {
    let started = std::time::Instant::now();
    let texts = ["a", "1 ", "12k ", "\"", "‘ ", "price ", "#x ", "a/b ", "vs ", "€", "1,", "é\u{301}"];
    for text in texts {
        let long: String = text.chars().cycle().take(10_000).collect();
        assert_eq!(parse(&long) == Line::default(), text == "\"", "{text}");
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    let prose = "word ".repeat(2_000);
    assert_eq!(parse(&prose).rest, prose.trim_end());
}

/// Words with a letter or digit, and how often they occur, in all that a line kept as text.
fn kept(line: &Line) -> BTreeMap<String, usize> {
    let texts = [&line.account, &line.unknown_reason, &line.competitor, &line.verbatim].into_iter().flatten();
    let texts = texts.chain(&line.unknown_products).chain(&line.unknown_source).chain([&line.rest]);
    let texts = texts.chain(line.amount_fault.as_ref().map(|(typed, _)| typed));
    counted(&texts.cloned().collect::<Vec<_>>().join(" "))
}

fn counted(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    counts
}

/// Pieces of a line, each with the words that must remain as text.
fn piece() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("Acme", "Acme"),
        ("novo systems", "novo systems"),
        ("because they", "because they"),
        ("zwölf", "zwölf"),
        ("12k EUR", ""),
        ("3 500 lei", ""),
        ("price", ""),
        ("payment terms", ""),
        ("#crm", ""),
        ("#foo", "foo"),
        ("vs Globex,", "Globex"),
        ("\"too dear\"", "too dear"),
        ("«non merci»", "non merci"),
        ("until 2027-03", ""),
        ("declined", ""),
        ("source:webinar", ""),
        ("source:moonlight", "moonlight"),
        ("sursă: partner", ""),
        ("-5", "5"),
        ("90 days", "90 days"),
        ("-", ""),
        ("…", ""),
    ])
}

proptest! {
    #[test]
    fn every_word_ends_in_one_place(pieces in prop::collection::vec(piece(), 0..8)) {
        // Each piece that is understood is understood once; a second amount, reason, date or rival stays as words.
        let mut seen = std::collections::BTreeSet::new();
        let pieces: Vec<_> = pieces.into_iter().filter(|piece| seen.insert(*piece)).collect();
        let typed: Vec<&str> = pieces.iter().map(|piece| piece.0).collect();
        let must: Vec<&str> = pieces.iter().map(|piece| piece.1).collect();
        let line = parse(&typed.join(" "));
        let (all, kept) = (counted(&typed.join(" ")), kept(&line));
        for (word, n) in counted(&must.join(" ")) {
            prop_assert!(kept.get(&word).copied().unwrap_or(0) >= n, "{word} is lost: {typed:?} {line:?}");
        }
        for (word, n) in kept {
            prop_assert!(all.get(&word).copied().unwrap_or(0) >= n, "{word} is there twice: {typed:?} {line:?}");
        }
    }

    #[test]
    fn what_means_nothing_is_kept_whatever_it_is(text in "\\PC*") {
        // Nothing is known, and nothing looks like a number or date, so all is text.
        let text: String = text.chars().filter(|c| !c.is_numeric()).collect();
        let line = Words::none().parse(&text);
        let lost: Vec<_> = counted(&text).into_iter().filter(|(word, n)| kept(&line).get(word) != Some(n)).collect();
        let keyword = |word: &str| ["vs", "versus", "contre", "contra", "against"].contains(&word.to_lowercase().as_str());
        prop_assert!(lost.iter().all(|(word, _)| keyword(word)), "{lost:?} {line:?}");
    }

    #[test]
    fn no_text_makes_reading_a_line_fall_over(text in "(\\PC|[\"'«»„“”#/,.-]|[0-9kM€ ]|price|vs|until ){0,80}") {
        let _ = parse(&text);
    }
}
