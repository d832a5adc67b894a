//! The dry run: what is understood, what would become of each row, and nothing stored.

use super::Desk;

const LEADS: &str = "\
Company,Contact,E-mail,Phone,Source,Message,Favourite colour,Client\n\
Novo Systems,Ioana Marin,ioana@novo.example,+40 722 000 111,trade show,A demo,red,x\n\
Novo Systems,Ioana Marin,IOANA@novo.example,,webinar,Again,red,y\n\
Clar,,not an address,,,,,\n\
,,,,website,,,\n\
Zero,,,no digits,moon,,,\n";

#[tokio::test]
async fn a_dry_run_says_what_would_become_of_each_row_and_stores_nothing() {
    let desk = Desk::new();
    let dry = desk.imports("leads", LEADS, &[]);
    dry.says(
        1,
        &[
            "rows.csv: 5 rows, UTF-8, columns apart by \",\"",
            "A  Company                      account",
            "E  Source                       lead_source",
            "G  Favourite colour             left out: it is no column of leads",
            "H  Client                       left out: account is read from column A",
            "1 new",
            "1 join a lead that is open",
            "3 refused",
            "line 4, column C (E-mail): \"not an address\" is no e-mail address: write one such as ana@example.com",
            "line 5, column A (Company): nobody can be called",
            "line 6, column D (Phone): there is no digit in it",
            "line 6, column E (Source): \"moon\" is not known: write one of webinar",
            "This was a dry run: nothing was stored. To store 2 rows, add --write to the same command.",
            "panout: 3 rows were refused",
        ],
    );
    for table in [
        "SELECT COUNT(*) FROM leads",
        "SELECT COUNT(*) FROM import_rows",
        "SELECT COUNT(*) FROM jobs",
        "SELECT COUNT(*) FROM lead_events",
    ] {
        assert_eq!(desk.count(table).await, 0, "{table}");
    }
    desk.database.drop().await;
}

const REFUSALS: &str = "\
Account;Reason;Date lost;Amount;Owner;Products;Comments\n\
Novo;price/no_budget;15/03/2025;12.500,50;Ana Pop;CRM Suite;Too much at once\n\
Clar;pricee;2025-04;;Ana Popp;CRM Suiet;\n\
Dima;other;32/13/2025;-5;Radu;;\n\
;price;2025-01-02;;;;\n\
Ego;;;1.200k;;;\n\
Fila;price;2099-01-01;0;;;\n";

#[tokio::test]
async fn each_refused_row_says_where_what_and_what_to_write_instead() {
    let desk = Desk::new();
    desk.imports("refusals", REFUSALS, &[]).says(
        1,
        &[
            "columns apart by \";\"",
            "      1 new",
            "      5 refused",
            "line 3, column B (Reason): \"pricee\" is not known: did you mean price?",
            "line 3, column E (Owner): nobody is called \"Ana Popp\": did you mean Ana Pop?",
            "line 3, column F (Products): there is no product \"CRM Suiet\": did you mean CRM Suite?",
            "line 4, column G (Comments): the reason is \"other\": write what the client said",
            "line 4, column C (Date lost): \"32/13/2025\" is no day: write it as 2025-03-15",
            "line 4, column D (Amount):",
            "line 4, column E (Owner): nobody is called \"Radu\"",
            "line 5, column A (Account): nobody is named",
            "line 6, column B (Reason): no reason is given: write one of price, technical",
            "line 6, column C (Date lost): no day is given",
            "line 7, column C (Date lost): 2099-01-01 is still to come",
        ],
    );
    assert_eq!(desk.count("SELECT COUNT(*) FROM refusals").await, 0);
    desk.database.drop().await;
}

#[tokio::test]
async fn headers_are_understood_in_three_languages() {
    let desk = Desk::new();
    for (headers, row, kind, columns) in [
        (
            "Société;Interlocuteur;Adresse e-mail;N°;Téléphone;Provenance;Commentaires;Ville;Commercial;Équipe;Date de création",
            "Novo;Ioana;a@b.example;1;0722;salon;Démo;Cluj;Ana Pop;Field;01/02/2025",
            "leads",
            "account contact email phone lead_source wants place owner team received",
        ),
        (
            "DENUMIRE FIRMA,Persoana de contact,Telefon,Sursa,Observatii,Judet,Responsabil,Data crearii",
            "Novo,Ioana,0722,târg,Demo,Cluj,Ana Pop,01.02.2025",
            "leads",
            "account contact phone lead_source wants place owner received",
        ),
        (
            "Entreprise\tMotif de perte\tPerdu le\tMontant\tDevise\tConcurrent\tMots du client\tSecteur\tFin de contrat\tFonction",
            "Novo\ttrop cher\t01/02/2025\t12 000\tEUR\tRival\tTrop\tIndustrie\t2027-01-31\tDG",
            "refusals",
            "account reason happened_on budget currency competitor verbatim segment contract_until contact_role",
        ),
        (
            "Firmă,Motivul pierderii,Data pierderii,Valoare,Monedă,Concurent,Cuvintele clientului,Produse,Rezultat,Prenume,Nume",
            "Novo,buget,01.02.2025,5000,lei,Rival,Prea mult,crm,concurent,Ioana,Marin",
            "refusals",
            "account reason happened_on budget currency competitor verbatim product outcome first_name last_name",
        ),
        (
            "Account Name,Lost Reason,Close Date,Opportunity Amount,Sales Rep,Opportunity ID",
            "Novo,too expensive,2025-02-01T10:00:00Z,5000,Ana Pop,0061",
            "refusals",
            "account reason happened_on budget owner reference",
        ),
    ] {
        let ended = desk.imports(kind, &format!("{headers}\n{row}\n"), &[]);
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        let (said, _) = ended.out.split_once("\nRows").expect("what came of the rows");
        for column in columns.split(' ') {
            assert!(said.lines().any(|line| line.ends_with(&format!(" {column}"))), "{column}:\n{said}");
        }
    }
    desk.database.drop().await;
}

#[tokio::test]
async fn a_missing_column_or_team_is_said_with_what_would_do() {
    let desk = Desk::new();
    desk.imports("refusals", "Account,Colour\nNovo,red\n", &[]).says(
        2,
        &[
            "a column is missing",
            "reason, loss reason, raison, motif, motiv, motivul",
            "day, date, jour, date, zi, ziua",
        ],
    );
    desk.imports("leads", "Colour\nred\n", &[]).says(2, &["account, account name", "; or contact", "e-mail"]);
    desk.imports("leads", "Company\nNovo\n", &["--by", "Nobody"]).says(2, &["--by: nobody is called \"Nobody\""]);
    desk.imports("leads", "Company\nNovo\n", &["--team", "Inside"]).says(2, &["--team: there is no team \"Inside\""]);
    desk.imports("leads", "Company\nNovo\n", &["--source", "moon"]).says(2, &["\"moon\" is no source: one of webinar"]);
    desk.database.drop().await;
}

#[tokio::test]
async fn with_several_teams_a_row_says_whose_it_is() {
    let person = |name: &str, team: &str, role: &str| {
        format!(
            "[[person]]\nname = \"{name}\"\nteam = \"{team}\"\nrole = \"{role}\"\naccounts = [\"slack:U0{name}\"]\n"
        )
    };
    let teams = "[organisation]\nname = \"Acme\"\n[[team]]\nname = \"Field\"\nchannels = []\n[[team]]\nname = \"Inside\"\n\
                 channels = []\n";
    let people = [person("ADI", "Field", "admin"), person("ANA", "Field", "rep"), person("INA", "Inside", "rep")];
    let house = teams.to_owned() + &people.concat();
    let desk = Desk::of(&house);
    desk.imports("leads", "Company\nNovo\n", &[])
        .says(2, &["there are several teams: say with --team whose these are"]);
    desk.imports("leads", "Company\nNovo\n", &["--team", "inside"]).says(0, &["1 new"]);
    let ended = desk.imports("leads", "Company,Team,Owner\nA,Inside,\nB,,Ina\nC,,\nD,Outside,\n", &[]);
    ended.says(
        1,
        &[
            "2 new",
            "line 4, column B (Team): it names neither a team",
            "line 5, column B (Team): there is no team \"Outside\"",
        ],
    );
    desk.imports("leads", "Company,Owner\nB,Ina\nA,Ana\n", &["--write"]).says(0, &["2 stored"]);
    let teams = "SELECT COUNT(DISTINCT team_id) FROM leads";
    assert_eq!(desk.count(teams).await, 2);
    desk.database.drop().await;
}

#[tokio::test]
async fn the_order_of_day_and_month_is_read_off_the_column() {
    let desk = Desk::new();
    let us = "Account,Reason,Date\nA,price,03/04/2025\nB,price,03/15/2025\n";
    desk.imports("refusals", us, &["--write"]).says(0, &["Days in \"Date\" are read month first, as 03/15/2025."]);
    let days: Vec<(String,)> =
        desk.database.rows("SELECT CAST(happened_on AS TEXT) FROM refusals ORDER BY account").await;
    assert_eq!(days, [("2025-03-04".to_owned(),), ("2025-03-15".to_owned(),)]);
    let both = "Account,Reason,Date\nC,price,03/04/2025\nD,price,03/15/2025\nE,price,15/03/2025\n";
    desk.imports("refusals", both, &[])
        .says(1, &["are written both ways", "2 new", "line 2, column C (Date): \"03/04/2025\" may be two days"]);
    desk.database.drop().await;
}
