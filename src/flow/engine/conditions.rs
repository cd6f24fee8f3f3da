//! Conditions: the operators of the flow language.
//!
//! The language's page "Condition structures": `Equals` compares exactly and by case, the `Text` operators look at text,
//! and the `Number` operators read both sides as numbers; what is no number is just not true.

/// Returns whether a condition holds for a value; none where the operator is not known.
pub(super) fn holds(operator: &str, operand: &str, value: Option<&str>) -> Option<bool> {
    let text = |test: fn(&str, &str) -> bool| Some(value.is_some_and(|value| test(value, operand)));
    let number = |test: fn(f64, f64) -> bool| {
        let both = value.and_then(number).zip(self::number(operand));
        Some(both.is_some_and(|(value, operand)| test(value, operand)))
    };
    match operator {
        "Equals" => text(|value, operand| value == operand),
        "TextStartsWith" => text(|value, operand| value.starts_with(operand)),
        "TextEndsWith" => text(|value, operand| value.ends_with(operand)),
        "TextContains" => text(|value, operand| value.contains(operand)),
        "NumberGreaterThan" => number(|value, operand| value > operand),
        "NumberGreaterOrEqualTo" => number(|value, operand| value >= operand),
        // One page calls it by the second name, and Amazon Connect takes the first.
        "NumberLessThan" | "NumericLessThan" => number(|value, operand| value < operand),
        "NumberLessOrEqualTo" => number(|value, operand| value <= operand),
        "NumberEquals" => number(|value, operand| value == operand),
        "KeyExists" => Some(value.is_some()),
        _ => None,
    }
}

/// Returns whether an operator is known.
pub(super) fn is_known(operator: &str) -> bool {
    holds(operator, "", None).is_some()
}

/// Reads a decimal number; words such as `inf` are none.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    text.parse().ok().filter(|number: &f64| digits && number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_is_exact_and_looks_at_case() {
        for (value, holding) in [("yes", true), ("Yes", false), (" yes", false), ("yes.", false)] {
            assert_eq!(holds("Equals", "yes", Some(value)), Some(holding), "{value}");
        }
        assert_eq!(holds("Equals", "1", Some("1.0")), Some(false));
    }

    #[test]
    fn text_operators_look_at_text_and_case() {
        let of = |operator, operand| holds(operator, operand, Some("+44 7700"));
        assert_eq!((of("TextStartsWith", "+44"), of("TextStartsWith", "44")), (Some(true), Some(false)));
        assert_eq!((of("TextEndsWith", "700"), of("TextEndsWith", "70")), (Some(true), Some(false)));
        assert_eq!((of("TextContains", "4 7"), of("TextContains", "47")), (Some(true), Some(false)));
        assert_eq!(holds("TextContains", "A", Some("a")), Some(false));
    }

    #[test]
    fn number_operators_read_both_sides_as_numbers() {
        for (operator, of_9, of_10, of_11) in [
            ("NumberGreaterThan", false, false, true),
            ("NumberGreaterOrEqualTo", false, true, true),
            ("NumberLessThan", true, false, false),
            ("NumericLessThan", true, false, false),
            ("NumberLessOrEqualTo", true, true, false),
        ] {
            let of = |value| holds(operator, "10", Some(value)).unwrap();
            assert_eq!((of("9"), of("10.0"), of("11")), (of_9, of_10, of_11), "{operator}");
        }
        assert_eq!(holds("NumberLessThan", "10", Some("-2.5")), Some(true));
    }

    #[test]
    fn what_is_no_number_is_not_true_and_no_error() {
        for (operand, value) in [("10", "many"), ("10", ""), ("x", "1"), ("10", "inf"), ("NaN", "1")] {
            for operator in
                ["NumberGreaterThan", "NumberLessThan", "NumberGreaterOrEqualTo", "NumberLessOrEqualTo"]
            {
                assert_eq!(
                    holds(operator, operand, Some(value)),
                    Some(false),
                    "{operator} {operand} {value}"
                );
            }
        }
    }

    #[test]
    fn nothing_holds_for_what_is_not_set() {
        for operator in ["Equals", "TextContains", "NumberLessThan", "KeyExists"] {
            assert_eq!(holds(operator, "", None), Some(false), "{operator}");
        }
        assert_eq!(holds("KeyExists", "", Some("")), Some(true));
    }

    #[test]
    fn an_operator_that_is_not_known_is_not_decided() {
        assert_eq!(holds("And", "x", Some("x")), None);
    }
}
