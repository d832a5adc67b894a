//! The stand-in itself, proved: what it lets through and what it complains about.
