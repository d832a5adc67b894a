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
        if let Ok(Err(error)) = let_go {
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

    /// The files that are in memory.
    ///
    /// # Errors
    /// When the system does not say.
    pub(super) fn linked() -> io::Result<BTreeSet<String>> {
        let memory = fs::read_to_string("/proc/self/maps")?;
        Ok(memory.lines().filter_map(file).map(str::to_owned).collect())
    }

    /// Lets go of every page of these files that stands in memory as in the file.
    ///
    /// # Errors
    /// When the system does not say what is in memory, or keeps it there.
    #[expect(unsafe_code, reason = "the system takes an address, and what is done there is the caller's care")]
    pub(super) fn let_go(linked: &BTreeSet<String>) -> io::Result<()> {
        for place in unchanged(&fs::read_to_string("/proc/self/smaps")?, linked) {
            let (at, length) = (without_provenance_mut(place.start), place.end - place.start);
            // SAFETY: these are pages of files that the program is linked with. Nothing in this process can write to them,
            // and nothing unmaps them while it runs. Read again they are what they were, as when the system is short of
            // memory and lets go of them by itself.
            unsafe { madvise(at, length, Advice::LinuxDontNeed)? };
        }
        Ok(())
    }

    /// The file a line is about, if it is about one. Source: proc_pid_maps(5).
    fn file(line: &str) -> Option<&str> {
        line.find('/').map(|at| &line[at..])
    }

    /// Where these files are mapped privately, nothing can be written, and nothing differs from the file (a relocation
    /// would). Source: proc_pid_smaps(5).
    fn unchanged(memory: &str, files: &BTreeSet<String>) -> Vec<Range<usize>> {
        let (mut found, mut place) = (Vec::new(), None);
        for line in memory.lines() {
            match line.strip_prefix("Anonymous:") {
                Some(size) if size.trim() == "0 kB" => found.extend(place.take()),
                Some(_) => {}
                None if line.split(' ').next().is_some_and(|word| word.contains('-')) => place = of(line, files),
                None => {}
            }
        }
        found
    }

    /// The place a line is about, if it is in one of these files and cannot be written to.
    fn of(line: &str, files: &BTreeSet<String>) -> Option<Range<usize>> {
        let (place, rest) = line.split_once(' ')?;
        if !files.contains(file(line)?) || !(rest.starts_with("r-xp ") || rest.starts_with("r--p ")) {
            return None;
        }
        let (start, end) = place.split_once('-')?;
        Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
    }

    #[cfg(test)]
    mod tests {
        use super::unchanged;

        /// As the system says it, with the lines that are looked at.
        fn said(places: &[(&str, &str, &str)]) -> String {
            let one = |(place, file, anonymous): &(&str, &str, &str)| {
                format!(
                    "{place} 00001000 08:01 42    {file}\nRss:  12 kB\nAnonymous:  {anonymous} kB\nVmFlags: rd mr\n"
                )
            };
            places.iter().map(one).collect()
        }

        #[test]
        fn only_what_is_in_memory_as_in_a_linked_file_is_let_go_of() {
            let memory = said(&[
                ("1000-3000 r--p", "/opt/pan out/panout", "0"),
                ("3000-9000 r-xp", "/opt/pan out/panout", "0"),
                ("9000-a000 r--p", "/opt/pan out/panout", "4"),
                ("a000-b000 rw-p", "/opt/pan out/panout", "0"),
                ("b000-c000 r--s", "/opt/pan out/panout", "0"),
                ("d000-e000 r-xp", "/lib/libc.so.6", "0"),
                ("e000-f000 r-xp", "", "0"),
                ("f000-fa00 r-xp", "/lib/loaded_later.so", "0"),
            ]);
            let linked = ["/opt/pan out/panout", "/lib/libc.so.6"].map(str::to_owned).into();
            assert_eq!(unchanged(&memory, &linked), [0x1000..0x3000, 0x3000..0x9000, 0xd000..0xe000]);
            assert!(unchanged("", &linked).is_empty());
            assert!(unchanged(&memory, &["/opt/pan".to_owned()].into()).is_empty());
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
