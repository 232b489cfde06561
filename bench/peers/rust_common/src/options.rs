use crate::{Program, specification::Workload};

pub struct Options {
    pub workload: Workload,
    pub program: Program,
    pub workers: usize,
    pub size: u64,
    pub runs: u64,
}

pub enum Command {
    List,
    Version,
    Measure(Options),
}

pub fn parse(
    mut arguments: impl Iterator<Item = String>,
    programs: &[(&str, Program)],
) -> Result<Command, String> {
    let Some(name) = arguments.next() else {
        return Err("usage: WORKLOAD --workers W --size N [--runs R] | --list | --version".into());
    };
    match name.as_str() {
        "--list" => return Ok(Command::List),
        "--version" => return Ok(Command::Version),
        _ => {}
    }
    let (Some(workload), Some(&(_, program))) =
        (Workload::named(&name), programs.iter().find(|(known, _)| *known == name))
    else {
        return Err(format!("unknown workload '{name}' (--list shows all)"));
    };

    let (mut workers, mut size, mut runs) = (None, None, 1);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("no number after '{option}'"))?;
        let number = match value.parse::<u64>() {
            Ok(number) if number > 0 => number,
            _ => return Err(format!("'{option}' wants a number above 0, not '{value}'")),
        };
        match option.as_str() {
            "--workers" if number > 1024 => return Err("more than 1024 workers".into()),
            "--workers" => workers = Some(number as usize),
            "--size" => size = Some(number),
            "--runs" => runs = number,
            _ => return Err(format!("unknown option '{option}'")),
        }
    }
    let workers = workers.ok_or("--workers is missing")?;
    let size = size.ok_or("--size is missing")?;
    workload.accepts(size)?;
    Ok(Command::Measure(Options { workload, program, workers, size, runs }))
}
