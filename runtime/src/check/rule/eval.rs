//! A rule's tree and a value → whether it holds. `None` where that cannot be said.

use serde_json::Value;

use super::parse::Rule;

/// How much work one rule may be: what the server would allow is far below it.
const STEPS: usize = 2_000_000;

/// Whether a rule holds of a value.
pub(super) fn holds(rule: &Rule, value: &Value) -> Option<bool> {
    let mut eval = Eval {
        scope: vec![("self".to_owned(), value.clone())],
        steps: 0,
    };
    eval.flag(rule)
}

struct Eval {
    scope: Vec<(String, Value)>,
    steps: usize,
}

impl Eval {
    fn flag(&mut self, rule: &Rule) -> Option<bool> {
        self.eval(rule)?.as_bool()
    }

    /// Recursion is bounded by the depth of the rule.
    fn eval(&mut self, rule: &Rule) -> Option<Value> {
        self.steps += 1;
        if self.steps > STEPS {
            return None;
        }
        Some(match rule {
            Rule::Text(text) => Value::from(text.as_str()),
            Rule::Number(number) => Value::from(*number),
            Rule::Flag(flag) => Value::Bool(*flag),
            Rule::List(items) => {
                let items: Option<Vec<Value>> = items.iter().map(|item| self.eval(item)).collect();
                Value::Array(items?)
            }
            Rule::Name(name) => {
                let found = self.scope.iter().rev().find(|(known, _)| known == name);
                found?.1.clone()
            }
            Rule::Field(of, name) => {
                let value = self.reach(of, name)?;
                if value.is_null() {
                    return None;
                }
                value
            }
            Rule::Has(of, name) => Value::Bool(!self.reach(of, name)?.is_null()),
            Rule::Not(inner) => Value::Bool(!self.flag(inner)?),
            Rule::Binary(sign, left, right) => self.binary(sign, left, right)?,
            Rule::Call(of, name, arguments) => self.call(of, name, arguments)?,
            Rule::Each(of, name, variable, body) => self.each(of, name, variable, body)?,
        })
    }

    /// A field of a mapping, null where it has none; without a copy of all that is around it where that can be.
    fn reach(&mut self, of: &Rule, name: &str) -> Option<Value> {
        let mut names = vec![name];
        let mut of = of;
        while let Rule::Field(inner, name) = of {
            names.push(name);
            of = inner;
        }
        let base;
        let mut value = if let Rule::Name(variable) = of {
            let found = self.scope.iter().rev().find(|(known, _)| known == variable);
            &found?.1
        } else {
            base = self.eval(of)?;
            &base
        };
        let last = names.remove(0);
        for name in names.into_iter().rev() {
            value = value.get(name).filter(|value| !value.is_null())?;
        }
        value
            .as_object()
            .map(|map| map.get(last).cloned().unwrap_or_default())
    }

    fn binary(&mut self, sign: &str, left: &Rule, right: &Rule) -> Option<Value> {
        // One side is enough, also where the other cannot be evaluated.
        if sign == "||" || sign == "&&" {
            let decides = sign == "||";
            let left = self.flag(left);
            if left == Some(decides) {
                return Some(Value::Bool(decides));
            }
            let right = self.flag(right);
            if right == Some(decides) {
                return Some(Value::Bool(decides));
            }
            return left.and(right).map(Value::Bool);
        }
        let (left, right) = (self.eval(left)?, self.eval(right)?);
        if sign == "+" {
            return match (&left, &right) {
                (Value::String(left), Value::String(right)) => {
                    Some(format!("{left}{right}").into())
                }
                _ => Some(left.as_i64()?.checked_add(right.as_i64()?)?.into()),
            };
        }
        let holds = match sign {
            "==" => left == right,
            "!=" => left != right,
            "in" => match &right {
                Value::Array(items) => items.contains(&left),
                Value::Object(map) => map.contains_key(left.as_str()?),
                _ => return None,
            },
            _ => {
                let (left, right) = (left.as_f64()?, right.as_f64()?);
                match sign {
                    "<" => left < right,
                    "<=" => left <= right,
                    ">" => left > right,
                    _ => left >= right,
                }
            }
        };
        Some(Value::Bool(holds))
    }

    fn call(&mut self, of: &Rule, name: &str, arguments: &[Rule]) -> Option<Value> {
        let of = self.eval(of)?;
        match (name, arguments) {
            ("size", []) => Some(Value::from(match &of {
                Value::String(text) => text.chars().count(),
                Value::Array(items) => items.len(),
                Value::Object(map) => map.len(),
                _ => return None,
            })),
            ("sum", []) => {
                let numbers = of.as_array()?.iter();
                let sum = numbers.map(Value::as_i64).try_fold(0_i64, |sum, number| {
                    number.and_then(|number| sum.checked_add(number))
                });
                sum.map(Value::from)
            }
            ("startsWith" | "endsWith" | "contains", [argument]) => {
                let argument = self.eval(argument)?;
                let (text, part) = (of.as_str()?, argument.as_str()?);
                Some(Value::Bool(match name {
                    "startsWith" => text.starts_with(part),
                    "endsWith" => text.ends_with(part),
                    _ => text.contains(part),
                }))
            }
            _ => None,
        }
    }

    fn each(&mut self, of: &Rule, name: &str, variable: &str, body: &Rule) -> Option<Value> {
        let items = match self.eval(of)? {
            Value::Array(items) => items,
            Value::Object(map) => map.into_iter().map(|(key, _)| Value::String(key)).collect(),
            _ => return None,
        };
        let mut out = Vec::new();
        for item in items {
            self.scope.push((variable.to_owned(), item));
            let result = self.eval(body);
            let item = self.scope.pop()?.1;
            match (name, result?) {
                ("all", Value::Bool(false)) => return Some(Value::Bool(false)),
                ("exists", Value::Bool(true)) => return Some(Value::Bool(true)),
                ("filter", Value::Bool(true)) => out.push(item),
                ("map", value) => out.push(value),
                (_, Value::Bool(_)) => {}
                _ => return None,
            }
        }
        Some(match name {
            "all" => Value::Bool(true),
            "exists" => Value::Bool(false),
            _ => Value::Array(out),
        })
    }
}
