//! PDFs of given objects, whose table is right whatever stands in them.

use std::io::Write;

/// What parts the objects of an input.
pub(super) const BETWEEN: u8 = 0;

/// A file of these objects, the first of them its catalog, the last its information. In an object a
/// newline and `>>` before a byte 1 parts dictionary and content of a stream, whose length is then told.
pub(super) fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        writeln!(bytes, "{} 0 obj", at + 1).expect("written");
        match object.iter().position(|byte| *byte == 1) {
            Some(end) => {
                let content = &object[end + 1..];
                bytes.extend(&object[..end]);
                write!(bytes, "/Length {}>>\nstream\n", content.len()).expect("written");
                bytes.extend(content);
                bytes.extend(b"\nendstream");
            }
            None => bytes.extend(object),
        }
        bytes.extend(b"\nendobj\n");
    }
    let (table, size) = (bytes.len(), objects.len() + 1);
    write!(bytes, "xref\n0 {size}\n0000000000 65535 f \n").expect("written");
    for place in places {
        writeln!(bytes, "{place:010} 00000 n ").expect("written");
    }
    let info = objects.len();
    write!(
        bytes,
        "trailer <</Size {size} /Root 1 0 R /Info {info} 0 R>>\nstartxref\n{table}\n%%EOF"
    )
    .expect("written");
    bytes
}

/// The objects of an input.
pub(super) fn objects(given: &[u8]) -> Vec<Vec<u8>> {
    given.split(|byte| *byte == BETWEEN).map(<[u8]>::to_vec).collect()
}

/// Objects as an input gives them.
pub(super) fn given(objects: &[&str]) -> Vec<u8> {
    objects.join("\0").into_bytes()
}

/// A page with text in three kinds of faces, a form, a picture, annotations and layers.
pub(super) fn page() -> Vec<u8> {
    with_content(
        "q 1 0 0 1 72 700 cm BT /F 16 Tf [(AB) -20 (BA)] TJ 0 -28.9 Td /G 16 Tf <00010002> Tj T* /H 12 Tf (x) ' ET \
         0 0 100 1 re f Q /X Do /P Do /OC /L BDC 1 0 0 RG 5 w 10 10 m 90 90 l S EMC BI /W 1 /H 1 /BPC 8 /CS /G ID x EI",
    )
}

/// The same page with other content.
pub(super) fn with_content(content: &str) -> Vec<u8> {
    given(&[
        "<</Type/Catalog/Pages 2 0 R/Lang(zh)/OCProperties<</OCGs[14 0 R]/D<</OFF[14 0 R]/Order[14 0 R]>>>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]/Rotate 0>>",
        "<</Type/Page/Parent 2 0 R/Contents 4 0 R/CropBox[0 0 595 842]/UserUnit 1/Annots[12 0 R]/Resources<</Font<</F 5 0 R/G 6 0 R/H 8 0 R>>/XObject<</X 9 0 R/P 10 0 R>>/Properties<</L 14 0 R>>>>>>",
        &format!("<<\u{1}{content}"),
        "<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+SimSun/FirstChar 65/LastChar 66/Widths[500 500]/Encoding<</BaseEncoding/WinAnsiEncoding/Differences[65/A/B]>>/FontDescriptor 11 0 R>>",
        "<</Type/Font/Subtype/Type0/BaseFont/FangSong_GB2312/Encoding/Identity-H/DescendantFonts[7 0 R]/ToUnicode 13 0 R>>",
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/FangSong_GB2312/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 5>>/DW 1000/W[1[1000 500] 3 9 1000]/FontDescriptor 11 0 R>>",
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 120/LastChar 120/Widths[10]/Encoding<</Differences[120/x]>>/CharProcs<</x 4 0 R>>>>",
        "<</Type/XObject/Subtype/Form/BBox[0 0 100 100]/Matrix[1 0 0 1 0 0]/Resources<</Font<</F 5 0 R>>>>\u{1}BT /F 9 Tf 5 5 Td (BA) Tj ET",
        "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/ASCIIHexDecode\u{1}7f>",
        "<</Type/FontDescriptor/FontName/SimSun/Flags 4/FontBBox[0 -200 1000 800]/Ascent 859/Descent -141/ItalicAngle 0/StemV 80>>",
        "<</Type/Annot/Subtype/Stamp/Rect[10 10 90 90]/F 4/AP<</N 9 0 R>>>>",
        "<<\u{1}/CIDInit /ProcSet findresource begin 1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0001> <0002> <4e00> endbfrange 1 beginbfchar <0003> <d840dc00> endbfchar end",
        "<</Type/OCG/Name(layer)>>",
        "<</Title(a)/Creator(chengwen)/CreationDate(D:20260101)>>",
    ])
}

/// What stands in PDFs and is worth putting where it does not belong.
pub(super) fn words() -> Vec<Vec<u8>> {
    let words = [
        "/Type",
        "/Page",
        "/Pages",
        "/Kids",
        "/Count",
        "/Parent",
        "/Contents",
        "/Resources",
        "/Font",
        "/XObject",
        "/MediaBox",
        "/CropBox",
        "/Rotate",
        "/UserUnit",
        "/Annots",
        "/AP",
        "/N",
        "/AS",
        "/F",
        "/Rect",
        "/BBox",
        "/Matrix",
        "/Subtype",
        "/Form",
        "/Image",
        "/Type0",
        "/Type3",
        "/TrueType",
        "/ToUnicode",
        "/Encoding",
        "/Identity-H",
        "/Identity-V",
        "/GBK-EUC-H",
        "/UniGB-UCS2-H",
        "/Differences",
        "/DescendantFonts",
        "/W",
        "/DW",
        "/Widths",
        "/FirstChar",
        "/Filter/FlateDecode",
        "/Filter/LZWDecode",
        "/Filter/ASCII85Decode",
        "/DecodeParms<</Predictor 15/Columns 5>>",
        "/Length",
        "/OCProperties",
        "/OCGs",
        "/OC",
        "/ON",
        "/OFF",
        "/ObjStm",
        "/XRef",
        "/Prev",
        "/Encrypt",
        "/AcroForm",
        "/Widget",
        "/FT/Sig",
        "/FT/Tx",
        "/V",
        "/Size",
        "/Index",
        "1 0 R",
        "2 0 R",
        "3 0 R",
        "4 0 R",
        "9 0 R",
        "99 0 R",
        "null",
        "true",
        "0",
        "-1",
        "90",
        "1e9",
        "1e38",
        "99999999999999999999",
        "-2147483648",
        "4294967295",
        "0.0000001",
        "[",
        "]",
        "<<",
        ">>",
        "(",
        ")",
        "<",
        ">",
        "BT",
        "ET",
        "Tf",
        "Tj",
        "TJ",
        "Td",
        "TD",
        "Tm",
        "T*",
        "Tz",
        "TL",
        "Tc",
        "Tw",
        "Ts",
        "Tr",
        "'",
        "\"",
        "q",
        "Q",
        "cm",
        "Do",
        "re",
        "m",
        "l",
        "c",
        "v",
        "y",
        "h",
        "W",
        "n",
        "f",
        "f*",
        "B",
        "S",
        "s",
        "gs",
        "BDC",
        "BMC",
        "EMC",
        "BI",
        "ID",
        "EI",
        "d0",
        "d1",
        "sh",
        "g",
        "rg",
        "k",
        "cs",
        "scn",
        "\0",
        "\u{1}",
        "stream\n",
        "endstream",
        "endobj",
        "xref",
        "trailer",
        "startxref",
        "%%EOF",
        "%PDF-1.4\n",
        "beginbfrange",
        "beginbfchar",
        "begincodespacerange",
        "<0000> <ffff> <0000>",
        "usecmap",
        "/AF",
        "/AFRelationship/Source",
        "/EF",
        "/UF",
        "/Desc",
    ];
    words.map(|word| word.as_bytes().to_vec()).into()
}
