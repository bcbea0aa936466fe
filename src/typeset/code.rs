//! QR codes (二维码) as pictures of one byte a module: only what typesets draws.

use fast_qr::{ECL, QRBuilder};

use crate::wording::Sheet;

/// White around the modules (ISO/IEC 18004, 9.1).
const QUIET: usize = 4;

/// The QR code of a sheet as its layout reads it: a square of bytes, 0 where it is black, with its quiet
/// zone. None if the sheet has no address to verify it at.
///
/// # Errors
/// A sentence if the address is too long for a code.
pub(super) fn of(sheet: &Sheet) -> Option<Result<Vec<u8>, String>> {
    let url = &sheet.verification()?.url;
    // Level M: a code that is folded or stamped on is still read.
    let made = QRBuilder::new(url.as_bytes()).ecl(ECL::M).build();
    let code = match made {
        Ok(code) => code,
        Err(_) => return Some(Err(format!("查验网址太长，二维码放不下：{url}"))),
    };
    let width = code.size + 2 * QUIET;
    let mut picture = vec![0xFF; width * width];
    for line in 0..code.size {
        let from = (line + QUIET) * width + QUIET;
        for (module, point) in code[line].iter().zip(&mut picture[from..]) {
            if module.value() {
                *point = 0;
            }
        }
    }
    Some(Ok(picture))
}
