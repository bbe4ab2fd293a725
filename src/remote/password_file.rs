//! The password file of the database's own programs: `host:port:database:user:password` a line, `*` for any, a colon or a
//! backslash in a field behind a backslash. Pure.

/// The password of the first line that fits a host, port, database and user.
pub(super) fn password_for(text: &str, wanted: [&str; 4]) -> Option<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(fields).find_map(|mut fields| {
        let fits = |(field, wanted): (&String, &str)| field == "*" || field == wanted;
        let fit = fields.len() == 5 && fields.iter().zip(wanted).all(fits);
        fit.then(|| fields.pop()).flatten()
    })
}

/// The fields of a line; what follows the fourth colon is one, whatever is in it.
fn fields(line: &str) -> Vec<String> {
    let (mut done, mut field) = (Vec::new(), String::new());
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match c {
            ':' if done.len() < 4 => done.push(std::mem::take(&mut field)),
            '\\' => field.extend(characters.next()),
            _ => field.push(c),
        }
    }
    done.push(field);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let text = "# of the bureau\nodd\n10.0.0.5:5432:bureau:li:a\\:b\\\\c:d\r\n*:*:*:li:any\n";
        let wanted = ["10.0.0.5", "5432", "bureau", "li"];
        assert_eq!(password_for(text, wanted), Some("a:b\\c:d".into()));
        let other = ["10.0.0.6", "5432", "bureau", "li"];
        assert_eq!(password_for(text, other), Some("any".into()));
        assert_eq!(password_for(text, ["h", "5432", "bureau", "wang"]), None);
    }
}
