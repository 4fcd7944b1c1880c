//! Sentences and tokens, case by case: `|` stands between sentences, a blank between tokens.

use attache_nlp::segment::{sentences, tokens};

fn segmented(text: &str) -> String {
    let show = |sentence: &Vec<std::ops::Range<usize>>| {
        sentence.iter().map(|token| &text[token.clone()]).collect::<Vec<_>>().join(" ")
    };
    sentences(text).iter().map(show).collect::<Vec<_>>().join(" | ")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(segmented(text), expected);
    // No character but blanks is lost, whatever the text.
    let solid = |text: &str| text.chars().filter(|&c| !attache_doc::conllu::is_blank(c)).collect::<String>();
    assert_eq!(solid(&segmented(text).replace(" | ", " ")), solid(text));
}

#[test]
fn plain_sentences() {
    check("The envoy left. Talks go on.", "The envoy left . | Talks go on .");
    check("Will they meet? Nobody knows! We ask.", "Will they meet ? | Nobody knows ! | We ask .");
    check("Two dead in Baku blast", "Two dead in Baku blast");
    check("Talks fail; envoy leaves: sources", "Talks fail ; envoy leaves : sources");
    check("One line\nwrapped here. Next", "One line wrapped here . | Next");
    check("First heading\n\nSecond part", "First heading | Second part");
    check("", "");
    check(" \n\t ", "");
    check("...", "...");
    check("—", "—");
}

#[test]
fn abbreviations_do_not_end_sentences() {
    check("Gen. Abe met Lt. Col. Ito and Mr. Fox.", "Gen. Abe met Lt. Col. Ito and Mr. Fox .");
    check("The U.N. Security Council met.", "The U.N. Security Council met .");
    check(
        "U.S. President Ann Bell left the U.S. The talks go on.",
        "U.S. President Ann Bell left the U.S . | The talks go on .",
    );
    check("He arrived on Sept. 11 at 9 a.m. and left.", "He arrived on Sept. 11 at 9 a.m. and left .");
    check("They met on Jan. 5. In Feb. They parted.", "They met on Jan. 5 . | In Feb . | They parted .");
    check("Resolution No. 5 passed. No. It failed.", "Resolution No. 5 passed . | No . | It failed .");
    check("George W. Bush met J. K. Adams and J.R. Smith.", "George W. Bush met J. K. Adams and J.R. Smith .");
    check(
        "St. Petersburg hosts Acme Inc. and Beta Corp. this week.",
        "St. Petersburg hosts Acme Inc. and Beta Corp. this week .",
    );
    check("It was Plan B. The others failed.", "It was Plan B . | The others failed .");
    check("Arms, fuel, etc. were sent.", "Arms , fuel , etc. were sent .");
    check("GEN. ABE MEETS SEN. FOX", "GEN. ABE MEETS SEN. FOX");
    check("Dr. Bell has a Ph.D. in law.", "Dr. Bell has a Ph.D. in law .");
    check("Roe v. Wade, i.e. the ruling, e.g. here.", "Roe v. Wade , i.e. the ruling , e.g. here .");
    check("The envoy of the U.K.", "The envoy of the U.K .");
    check("She said, “We left the U.S.” He agreed.", "She said , “ We left the U.S . ” | He agreed .");
    check("Sen. Fox, R-Ky., agreed.", "Sen. Fox , R - Ky. , agreed .");
    check("The U.S.-led force left.", "The U.S. - led force left .");
    check("The U.S.’s envoy left.", "The U.S. ’s envoy left .");
    check("It began at 9 p.m. EST on Monday.", "It began at 9 p.m. EST on Monday .");
    check("It began at 9 p.m. The police came.", "It began at 9 p.m . | The police came .");
}

#[test]
fn quotes_close_behind_the_full_stop() {
    check("“We will go.” He left.", "“ We will go . ” | He left .");
    check("\"We will go.\" He left.", "\" We will go . \" | He left .");
    check("He said: \"Go.\" \"Why?\" she asked.", "He said : \" Go . \" | \" Why ? \" she asked .");
    check("“Why go?” Mr. Fox asked. “Why not?”", "“ Why go ? ” Mr. Fox asked . | “ Why not ? ”");
    check("“Stop!” he said.", "“ Stop ! ” he said .");
    check("“We go,” he said. “We come.”", "“ We go , ” he said . | “ We come . ”");
    check("“We go. We come,” he said.", "“ We go . | We come , ” he said .");
    check("He called it ‘a crime.’ She left.", "He called it ‘ a crime . ’ | She left .");
    check("He called it ‘a crime’ on Monday.", "He called it ‘ a crime ’ on Monday .");
    check("(He had left.) She stayed (for now).", "( He had left . ) | She stayed ( for now ) .");
    check("“Is it over?” The crowd left.", "“ Is it over ? ” | The crowd left .");
    check("He wrote ''no'' and ``yes''.", "He wrote '' no '' and `` yes '' .");
    check("The “peace” deal", "The “ peace ” deal");
}

#[test]
fn ellipses_and_dashes() {
    check("We wait... and hope.", "We wait ... and hope .");
    check("We wait… The end.", "We wait … | The end .");
    check("Well…maybe", "Well … maybe");
    check("The deal—signed Monday—failed.", "The deal — signed Monday — failed .");
    check("Talks -- long ones -- failed.", "Talks -- long ones -- failed .");
    check("The US–China talks, 2019–2021", "The US – China talks , 2019 – 2021");
    check("What?! No!!", "What ?! | No !!");
}

#[test]
fn clitics_straight_and_curly() {
    check(
        "It's the Taliban's; they're, we've, I'm, he'd, she'll",
        "It 's the Taliban 's ; they 're , we 've , I 'm , he 'd , she 'll",
    );
    check("It’s Oslo’s; they’re sure I’m", "It ’s Oslo ’s ; they ’re sure I ’m");
    check("don't can’t won't DIDN'T", "do n't ca n’t wo n't DID N'T");
    check("the ministers' and the envoys’ talks", "the ministers ' and the envoys ’ talks");
    check("They cannot. Cannot? We're gonna.", "They can not . | Can not ? | We 're gon na .");
    check("He shouldn't've gone", "He should n't 've gone");
    check("the 1990's and the G7's", "the 1990's and the G7 's");
    check("the ’90s, '60s and ’72", "the ’90s , '60s and ’72");
    check("O’Neill, Sana'a, Qur’an, coup d'état", "O’Neill , Sana'a , Qur’an , coup d'état");
    check("“Hamas”’s men, Hamas 's men", "“ Hamas ” ’s men , Hamas 's men");
    check("’Tis so", "’T is so");
}

#[test]
fn hyphens() {
    check("a 15-year-old, US-based, long-term plan", "a 15 - year - old , US - based , long - term plan");
    check(
        "anti-war, non-NATO, co-operation, pre-2014, mid-1980s, ex-president",
        "anti-war , non-NATO , co-operation , pre-2014 , mid-1980s , ex-president",
    );
    check(
        "UN-backed, al-Qaeda, Al-Jazeera, Hizb-e-Islami",
        "UN - backed , al - Qaeda , Al - Jazeera , Hizb - e - Islami",
    );
    check("an F-16, the S-400, Covid-19", "an F - 16 , the S - 400 , Covid - 19");
    check("in 2019-20 and 5-10 men", "in 2019 - 20 and 5 - 10 men");
    check("on 2025-08-26 or 11-20-2000", "on 2025-08-26 or 11-20-2000");
    check("call 713-853-3989 or 345-9945", "call 713-853-3989 or 345-9945");
    check("MOSCOW, Aug 26 (Agency) - Talks", "MOSCOW , Aug 26 ( Agency ) - Talks");
}

#[test]
fn numbers_money_and_times() {
    check("$5m, $1.5bn, €30, £2k, US$4.5 and $ 3", "$ 5 m , $ 1.5 bn , € 30 , £ 2 k , US$ 4.5 and $ 3");
    check("$44m-a-day", "$ 44 m - a - day");
    check("1,000 men, 3.5 percent, 20% and 1.5-2.0%", "1,000 men , 3.5 percent , 20 % and 1.5 - 2.0 %");
    check("35mm guns, 5km off, 4G, 3rd, 1970s", "35 mm guns , 5 km off , 4G , 3rd , 1970s");
    check("at 5pm, 11:30am, 10:30, 6.30pm", "at 5 pm , 11:30 am , 10:30 , 6.30 pm");
    check("9/11, 26/11, 11/28/2000, 1/2, and/or, 24/7", "9/11 , 26/11 , 11/28/2000 , 1 / 2 , and / or , 24/7");
    check("It cost 3. Then 4.", "It cost 3 . | Then 4 .");
    check("1. The first point. 2. The second.", "1 . The first point . | 2 . The second .");
    check("#1, No 5, +44", "# 1 , No 5 , +44");
}

#[test]
fn addresses_and_names_of_the_web() {
    check(
        "See https://example.org/a-b_c?d=e(f). Or www.example.org!",
        "See https://example.org/a-b_c?d=e(f) . | Or www.example.org !",
    );
    check("Write to press.office@example.gov.uk.", "Write to press.office@example.gov.uk .");
    check("Amazon.com and bbc.co.uk said @envoy #peace", "Amazon.com and bbc.co.uk said @envoy #peace");
    check("AT&T and Q&A", "AT&T and Q&A");
    check("They left.They came", "They left . | They came");
}

#[test]
fn strange_characters() {
    check("a\0b\u{202e}c\u{feff}d\u{200b}e", "a b c d e");
    check("co\u{ad}operation nai\u{308}ve", "co\u{ad}operation nai\u{308}ve");
    check("👩‍👩‍👧 🇳🇴🇸🇪 👍🏽!", "👩‍👩‍👧 🇳🇴 🇸🇪 👍🏽 !");
    check("Москва заявила. Пекин ответил.", "Москва заявила . | Пекин ответил .");
    check("\u{301}x", "\u{301} x");
}

#[test]
fn tokens_take_the_text_for_one_sentence() {
    let text = "He left. She stayed in the U.S.";
    let forms: Vec<&str> = tokens(text).into_iter().map(|token| &text[token]).collect();
    assert_eq!(forms, ["He", "left", ".", "She", "stayed", "in", "the", "U.S", "."]);
}

#[test]
fn hostile_texts_take_time_in_proportion() {
    // Each would take minutes if any step looked at the rest of the text once a token.
    for pattern in [
        "a", "a.b.", "aa.", ",", "(", "1-", "1/", "@a", "\"", "' ", "word ", ". ", "U.S. ", "a\u{301}", "-", "?\" X ",
        "?( ", "x@", "a'",
    ] {
        let text = pattern.repeat(200_000);
        let found = sentences(&text);
        assert!(found.iter().flatten().all(|token| !token.is_empty()));
        let covered: usize = found.iter().flatten().map(|token| token.len()).sum();
        assert_eq!(
            covered,
            text.chars().filter(|c| !c.is_whitespace()).map(char::len_utf8).sum::<usize>(),
            "{pattern}"
        );
    }
}
