"""Files of another program (reportlab), for the tests of `inspect`. Argument: the folder to write into."""
import sys

from reportlab.lib.pagesizes import A4, letter
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

folder, fonts = sys.argv[1:]
pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
pdfmetrics.registerFont(TTFont("Kai", fonts + "/GWKaiExt-Regular.ttf"))
FILLER = "各地要坚持政府主导行业自律自愿申报自主创建严格认定公平公正动态管理社会监督推动放心消费示范创建工作不断深入"


def report(path, size, face, left, top, points, leading, columns, lines, number, pages=3):
    """Pages of running text, each line full, paragraphs of four lines two characters in."""
    page = canvas.Canvas(path, pagesize=size)
    width, height = size
    at = 0
    for sheet in range(1, pages + 1):
        for row in range(lines):
            start, count = (2, columns - 2) if at % 4 == 0 else (0, columns)
            words = (FILLER * 3)[(at * 7) % 40:][:count]
            page.setFont(face, points)
            page.drawString(left + start * points, height - top - points * 0.88 - row * leading, words)
            at += 1
        number(page, sheet, width)
        page.showPage()
    page.save()


def centred(page, sheet, width):
    page.setFont("Times-Roman", 9)
    page.drawCentredString(width / 2, 15 * mm, str(sheet))


# What an office suite makes of its usual settings: 2.54 cm all round, 小四, one and a half lines.
report(folder + "/usual.pdf", A4, "STSong-Light", 31.7 * mm, 25.4 * mm, 12, 20, 34, 34, centred)
# The same on American paper, in a face that is in the file.
report(folder + "/letter.pdf", letter, "STSong-Light", 31.7 * mm, 25.4 * mm, 12, 20, 34, 30, centred)


def none(page, sheet, width):
    pass


# Near to the standard, but each line of text is one character short, and nothing is mirrored.
report(folder + "/near.pdf", A4, "STSong-Light", 28 * mm, 37 * mm, 16, 28.99, 27, 22, none, pages=4)

# Only words of another language.
page = canvas.Canvas(folder + "/english.pdf", pagesize=A4)
page.setFont("Helvetica", 11)
for row in range(40):
    page.drawString(72, 760 - row * 15, "The quick brown fox jumps over the lazy dog, %d times." % row)
page.save()

# Only drawings, and a page with nothing at all.
page = canvas.Canvas(folder + "/drawn.pdf", pagesize=A4)
page.setFillColorRGB(1, 0, 0)
page.circle(300, 400, 80, fill=1)
page.showPage()
page.showPage()
page.save()
