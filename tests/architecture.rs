//! The rules of the house: floors, one place for `unsafe`, one place for Python, short files.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Rooms by floor, from the ground up. A room may use lower floors; on its own floor it may use
/// others as long as no circle arises.
const FLOORS: &[&[&str]] = &[
    &["error"],
    &["numeric", "output", "random"],
    &["severity", "frequency"],
    &["exec", "losses", "aggregate", "credibility", "dependence"],
    &["estimate", "fit", "measure", "portfolio", "sector"],
    &["simulate", "treaty"],
    &["pricing", "reserve", "balance"],
    &["py"],
];

/// The only file that may say `unsafe`.
const DISPATCH: &str = "numeric/dispatch.rs";
const LONGEST: usize = 600;

struct Source {
    /// Path below `src/`, with forward slashes.
    path: String,
    /// Text with comments and string literals blanked out, line breaks kept.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(Source {
                    path: below(&root, &path),
                    code: blank(&fs::read_to_string(&path).unwrap()),
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn below(root: &Path, path: &Path) -> String {
    let parts: Vec<_> =
        path.strip_prefix(root).unwrap().iter().map(|p| p.to_string_lossy()).collect();
    parts.join("/")
}

/// Blanks comments, strings and character literals, so that only code is read.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let end = match (at(i), at(i + 1)) {
            ('/', '/') => (i..chars.len()).find(|&j| at(j) == '\n').unwrap_or(chars.len()),
            ('/', '*') => comment_end(&chars, i),
            ('"', _) => string_end(&chars, i),
            ('r', '"' | '#') if !is_word(if i == 0 { ' ' } else { at(i - 1) }) => {
                raw_end(&chars, i)
            }
            ('\'', '\\') => {
                (i + 3..chars.len()).find(|&j| at(j) == '\'').map_or(chars.len(), |j| j + 1)
            }
            ('\'', _) if at(i + 2) == '\'' => i + 3,
            _ => i,
        };
        if end == i {
            out.push(at(i));
            i += 1;
        } else {
            out.extend(chars[i..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            i = end;
        }
    }
    out
}

fn comment_end(chars: &[char], start: usize) -> usize {
    let (mut depth, mut i) = (0, start);
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], start: usize) -> usize {
    let mut i = start + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// The end of `r"…"` or `r#"…"#`; `start` itself for a raw identifier.
fn raw_end(chars: &[char], start: usize) -> usize {
    let hashes = chars[start + 1..].iter().take_while(|&&c| c == '#').count();
    if chars.get(start + 1 + hashes) != Some(&'"') {
        return start;
    }
    let mut i = start + 2 + hashes;
    while i < chars.len() {
        if chars[i] == '"'
            && chars[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes
        {
            return i + 1 + hashes;
        }
        i += 1;
    }
    chars.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Line numbers at which `word` stands as a whole word.
fn lines_with(code: &str, word: &str) -> Vec<usize> {
    code.lines()
        .enumerate()
        .filter(|(_, line)| {
            line.match_indices(word).any(|(i, _)| {
                !line[..i].chars().next_back().is_some_and(is_word)
                    && !line[i + word.len()..].chars().next().is_some_and(is_word)
            })
        })
        .map(|(number, _)| number + 1)
        .collect()
}

fn room(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// Rooms named by `crate::room` or `crate::{room, …}`, with the line of each.
fn rooms_used(code: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        if code[..start].chars().next_back().is_some_and(|c| is_word(c) || c == '$') {
            continue;
        }
        let line = code[..start].matches('\n').count() + 1;
        let rest = &code[start + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut names) = (0, vec![String::new()]);
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => names.push(String::new()),
                    _ if depth == 0 => names.last_mut().unwrap().push(c),
                    _ => {}
                }
            }
            used.extend(names.iter().map(|n| (line, first_word(n.trim()))));
        } else {
            used.push((line, first_word(rest)));
        }
    }
    used.retain(|(_, name)| !name.is_empty());
    used
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|&c| is_word(c)).collect()
}

fn report(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}\n  {}\n", faults.join("\n  "));
}

#[test]
fn every_room_has_a_floor() {
    let unknown: Vec<String> = sources()
        .iter()
        .map(|source| room(&source.path).to_owned())
        .filter(|room| room != "lib" && floor(room).is_none())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    report("A room in src/ is not in FLOORS of tests/architecture.rs:", &unknown);
}

#[test]
fn no_arrow_points_up() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.path != "lib.rs") {
        let here = room(&source.path);
        for (line, used) in rooms_used(&source.code) {
            if let (Some(from), Some(to)) = (floor(here), floor(&used))
                && to > from
            {
                faults.push(format!(
                    "src/{}:{line}: {here} (floor {from}) uses {used} (floor {to})",
                    source.path
                ));
            }
        }
    }
    report("A room uses only rooms on its own floor or below:", &faults);
}

#[test]
fn no_circle_among_rooms() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources().iter().filter(|source| source.path != "lib.rs") {
        let here = room(&source.path).to_owned();
        let others = rooms_used(&source.code).into_iter().map(|(_, used)| used);
        uses.entry(here.clone()).or_default().extend(others.filter(|used| *used != here));
    }
    let mut faults = Vec::new();
    for start in uses.keys() {
        let mut paths = vec![vec![start.clone()]];
        let mut seen = BTreeSet::new();
        while let Some(path) = paths.pop() {
            for next in uses.get(path.last().unwrap()).into_iter().flatten() {
                let longer = [path.as_slice(), std::slice::from_ref(next)].concat();
                if next == start {
                    faults.push(longer.join(" → "));
                } else if seen.insert(next.clone()) {
                    paths.push(longer);
                }
            }
        }
    }
    report("Rooms use one another in a circle:", &faults);
}

#[test]
fn only_the_bindings_know_python() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| room(&source.path) != "py") {
        for word in ["pyo3", "numpy", "pyo3_arrow"] {
            for line in lines_with(&source.code, word) {
                faults.push(format!("src/{}:{line}: {word}", source.path));
            }
        }
    }
    report("Python is known in src/py only:", &faults);
}

#[test]
fn unsafe_is_in_one_file() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.path != DISPATCH) {
        for line in lines_with(&source.code, "unsafe") {
            faults.push(format!("src/{}:{line}", source.path));
        }
    }
    report(&format!("`unsafe` is allowed in src/{DISPATCH} only:"), &faults);
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .iter()
        .map(|source| (source.code.lines().count(), &source.path))
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, path)| format!("src/{path}: {lines} lines"))
        .collect();
    report(&format!("A file holds one idea, in {LONGEST} lines at most:"), &long);
}

#[test]
fn the_reader_sees_code_only() {
    let code = blank(
        "use crate::{error, numeric::{a, b}}; // crate::py\nlet x = \"crate::py\"; 'c'; r#\"unsafe\"#;",
    );
    let used: Vec<_> = rooms_used(&code).into_iter().map(|(_, name)| name).collect();
    assert_eq!(used, ["error", "numeric"]);
    assert!(lines_with(&code, "unsafe").is_empty());
    assert_eq!(lines_with("fn a() {}\nunsafe { b() }", "unsafe"), [2]);
    assert!(lines_with("deny(unsafe_code)", "unsafe").is_empty());
}
