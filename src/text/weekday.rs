//! Days of the week as people write them beside a date: 星期一, (周一), Monday.

use jiff::civil::Weekday;

/// Takes the name of the day of the week out, with brackets around it.
pub(super) fn without_weekday(text: &str) -> (String, Option<Weekday>) {
    const DAYS: [(char, Weekday); 8] = [
        ('一', Weekday::Monday),
        ('二', Weekday::Tuesday),
        ('三', Weekday::Wednesday),
        ('四', Weekday::Thursday),
        ('五', Weekday::Friday),
        ('六', Weekday::Saturday),
        ('日', Weekday::Sunday),
        ('天', Weekday::Sunday),
    ];
    const ENGLISH: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    if let Some((name, rest)) = text.split_once([',', ' '])
        && let Some((_, day)) = ENGLISH
            .iter()
            .find(|(known, _)| *known == name || known[..3] == *name)
    {
        return (rest.trim().to_owned(), Some(*day));
    }
    for prefix in ["星期", "礼拜", "周"] {
        let Some(at) = text.find(prefix) else {
            continue;
        };
        let after = &text[at + prefix.len()..];
        let Some(c) = after.chars().next() else {
            continue;
        };
        if let Some((_, day)) = DAYS.iter().find(|(sign, _)| *sign == c) {
            let before = text[..at].trim_end_matches('(');
            let rest = after[c.len_utf8()..].trim_start_matches(')');
            return (format!("{before} {rest}"), Some(*day));
        }
    }
    (text.to_owned(), None)
}
