fn main() {
    let name = std::env::args().nth(1).expect("arg");
    let s = dsoi::manifest::Source::new(&name, std::fs::read(&name).expect("read"));
    match s {
        Ok(s) => match dsoi::manifest::parse(&s) {
            Ok(m) => println!("{m:#?}"),
            Err(p) => println!("{p:#?}"),
        },
        Err(r) => println!("{:#?}", r.problems),
    }
}
