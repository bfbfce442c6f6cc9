//! Did you mean …?

/// The candidate that looks most like the word, if any looks alike.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    // A long word cannot be a slip of a short one, and comparing it would take time.
    if word.len() > 64 {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()).div_ceil(3))
        .min_by(|(a, left), (b, right)| a.cmp(b).then(left.cmp(right)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_finds_none() {
        assert_eq!(
            nearest("nodetypes", ["names", "nodeTypes", "node"]),
            Some("nodeTypes")
        );
        assert_eq!(nearest("qurey", ["query", "ingest"]), Some("query"));
        assert_eq!(nearest("zebra", ["query", "ingest"]), None);
    }
}
