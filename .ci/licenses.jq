# The licences of cargo-about, of linked crates only. A linked crate without a licence is an error.
($linked | split("\n") | map(select(. != ""))) as $linked
| [.licenses[]
   | . as $licence
   | [.used_by[].crate | "\(.name) \(.version)" | select(IN($linked[]))] as $crates
   | select($crates | length > 0)
   | {name, id, text, crates: ($crates | sort | unique), own: ($licence.source_path != null)}]
| sort_by(.id, .crates[0]) as $licences
| ($linked - [$licences[].crates[]]) as $missing
| if $missing != [] then error("no licence was found for: \($missing | join(", "))") else . end
| "chengwen is licensed under Apache-2.0 (see LICENSE). In the program are the \($linked | length) crates below,\n"
  + "Swagger UI, SQLite and Rust's standard library; beside it are fonts. Their licences follow.\n",
  ($licences | group_by(.id)[] | "\(.[0].id): \([.[].crates[]] | unique | join(", "))\n"),
  ($licences[]
   | "\n" + ("=" * 78) + "\n\(.name) (\(.id))"
     + (if .own then "" else ", as SPDX has it: the crates bring no text of their own" end)
     + "\nof \(.crates | join(", "))\n\n\(.text)")
