//! Lets go of the pages of the program, and of the libraries it is linked with, that only its start needed.
//!
//! A start and its first connections run a good part of them once, and Linux keeps in the memory of a process each page that
//! ran, with those around it. An idle bot needs few. Let go of, they stay in the system's cache while there is room, and
//! are back when they run again: some microseconds each. Elsewhere than on Linux nothing is let go of.

use std::time::Duration;

use crate::clock;

/// How long after the start: by then what can be reached is connected.
const SETTLED: Duration = Duration::from_secs(5);

/// Lets go of them once, when the start is over. Called before anything else: what is in memory then is what the program is
/// linked with, and stays where it is.
pub(super) fn let_go_once_settled() -> impl Future<Output = ()> + Send + 'static {
    let linked = system::linked();
    async move {
        clock::pause(SETTLED).await;
        // Reading what is in memory takes the system a millisecond.
        let let_go = tokio::task::spawn_blocking(move || system::let_go(&linked?)).await;
        if let Err(error) = let_go.map_err(Into::into).flatten() {
            tracing::debug!("what the start needed stays in memory: {error}");
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::collections::BTreeSet;
    use std::ops::Range;
    use std::ptr::without_provenance_mut;
    use std::{fs, io};

    use rustix::mm::{Advice, madvise};

    /// Places in memory, as the system writes them in the first line about each. Source: `proc_pid_maps(5)`.
    type Places = BTreeSet<String>;

    /// Where the files that are in memory now have their programs and their constants.
    ///
    /// # Errors
    /// When the system does not say.
    pub(super) fn linked() -> io::Result<Places> {
        let memory = fs::read_to_string("/proc/self/maps")?;
        Ok(memory.lines().filter(|line| never_relocated(line)).map(str::to_owned).collect())
    }

    /// Lets go of every page there that stands in memory as in its file.
    ///
    /// # Errors
    /// When the system does not say what is in memory, or keeps some of it there.
    #[expect(unsafe_code, reason = "the system takes an address, and what is done there is the caller's care")]
    pub(super) fn let_go(linked: &Places) -> io::Result<()> {
        let mut done = Ok(());
        for place in unchanged(&fs::read_to_string("/proc/self/smaps")?, linked) {
            let (at, length) = (without_provenance_mut(place.start), place.end - place.start);
            // SAFETY: these are pages of files that the program is linked with, where the loader put them before `main`.
            // Nothing unmaps them while it runs, nothing in this process can write to them, and nothing has. Read again
            // they are what they were, as when the system is short of memory and lets go of them by itself.
            let let_go = unsafe { madvise(at, length, Advice::LinuxDontNeed) };
            done = done.and(let_go.map_err(io::Error::from));
        }
        done
    }

    /// Whether a place is of a file, and of a part of it that the loader leaves as it is: what is run, and what the file
    /// begins with. Relocations stand elsewhere; once they are done nothing can be written there either.
    fn never_relocated(line: &str) -> bool {
        let mut words = line.split_whitespace().skip(1);
        let (may, from) = (words.next(), words.next());
        let as_it_is =
            may == Some("r-xp") || may == Some("r--p") && from.is_some_and(|from| from.trim_matches('0').is_empty());
        as_it_is && line.contains('/')
    }

    /// Those of these places of which something is in memory and nothing differs from the file, in memory or swapped out.
    /// Source: `proc_pid_smaps(5)`.
    fn unchanged(memory: &str, linked: &Places) -> Vec<Range<usize>> {
        let mut told: Vec<Vec<&str>> = Vec::new();
        for line in memory.lines() {
            if line.split(' ').next().is_some_and(|word| word.contains('-')) {
                told.push(vec![line]);
            } else if let Some(last) = told.last_mut() {
                last.push(line);
            }
        }
        let as_in_the_file = |told: &&Vec<&str>| {
            let size = |name| told.iter().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let in_memory = size("Rss:").is_some_and(|size| size != "0 kB");
            linked.contains(told[0]) && in_memory && size("Anonymous:") == Some("0 kB") && size("Swap:") == Some("0 kB")
        };
        told.iter().filter(as_in_the_file).filter_map(|told| range(told[0])).collect()
    }

    fn range(line: &str) -> Option<Range<usize>> {
        let (start, end) = line.split(' ').next()?.split_once('-')?;
        Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
    }

    #[cfg(test)]
    mod tests {
        use super::{Places, never_relocated, unchanged};

        const PROGRAM: &str = "1000-9000 r-xp 00001000 08:01 42    /opt/pan out/panout";
        const CONSTANTS: &str = "400-900 r--p 00000000 08:01 42     /opt/pan out/panout";

        /// As the system says it of one place, with the lines that are looked at.
        fn told(place: &str, rss: &str, anonymous: &str, swap: &str) -> String {
            format!("{place}\nSize: 32 kB\nRss: {rss}\nAnonymous: {anonymous}\nSwap: {swap}\nVmFlags: rd mr\n")
        }

        #[test]
        fn what_is_run_and_what_a_file_begins_with_is_never_relocated() {
            assert!(never_relocated(PROGRAM) && never_relocated(CONSTANTS));
            assert!(never_relocated("7f0-7f1 r-xp 00026000 08:01 7    /lib/libc.so.6 (deleted)"));
            for other in [
                "9000-a000 r--p 00009000 08:01 42    /opt/pan out/panout",
                "a000-b000 rw-p 00000000 08:01 42    /opt/pan out/panout",
                "b000-c000 r--s 00000000 08:01 42    /opt/pan out/panout",
                "c000-d000 r-xp 00000000 00:00 0     [vdso]",
                "d000-e000 r-xp 00000000 00:00 0",
                "",
            ] {
                assert!(!never_relocated(other), "{other}");
            }
        }

        #[test]
        fn only_what_is_in_memory_as_in_a_linked_file_is_let_go_of() {
            let linked: Places = [PROGRAM, CONSTANTS].map(str::to_owned).into();
            let later = "7f0-7f1 r-xp 00000000 08:01 7    /lib/loaded_later.so";
            let all: String = [CONSTANTS, PROGRAM, later].map(|place| told(place, "8 kB", "0 kB", "0 kB")).concat();
            assert_eq!(unchanged(&all, &linked), [0x400..0x900, 0x1000..0x9000]);
            assert!(unchanged(&all, &Places::new()).is_empty());
            for (rss, anonymous, swap) in [("0 kB", "0 kB", "0 kB"), ("8 kB", "4 kB", "0 kB"), ("8 kB", "0 kB", "4 kB")]
            {
                assert!(
                    unchanged(&told(PROGRAM, rss, anonymous, swap), &linked).is_empty(),
                    "{rss} {anonymous} {swap}"
                );
            }
            let says_less = format!("{PROGRAM}\nRss: 8 kB\nAnonymous: 0 kB\n{CONSTANTS}\nSwap: 0 kB\n");
            assert!(unchanged(&says_less, &linked).is_empty());
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;

    /// Nothing is let go of here.
    pub(super) fn linked() -> io::Result<()> {
        Ok(())
    }

    /// Nothing is let go of here.
    pub(super) fn let_go((): &()) -> io::Result<()> {
        Ok(())
    }
}
