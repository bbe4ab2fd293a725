//! Several people's or files' names in one cell.

/// Names as people list them.
pub(super) fn names(text: &str) -> Vec<String> {
    text.split([',', '，', '、', ';', '；', '/', '\n'])
        .flat_map(parted_by_blanks)
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Chinese names with blanks between them. A blank inside a name (王 五, Li Ming) parts nothing.
fn parted_by_blanks(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.iter().all(|word| is_chinese_name(word)) {
        words
    } else {
        vec![text]
    }
}

fn is_chinese_name(word: &str) -> bool {
    let is_of_names = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}' | '·');
    word.chars().nth(1).is_some() && word.chars().all(is_of_names)
}
