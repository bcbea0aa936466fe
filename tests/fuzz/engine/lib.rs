//! Only so that `libfuzzer-sys` compiles libFuzzer; `tests/fuzz/run` takes the library from there.
