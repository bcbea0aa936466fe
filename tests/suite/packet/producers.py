"""A filled form of another program (reportlab). Arguments: the folder to write into, the folder of fonts."""
import sys

from reportlab.lib.colors import red
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

folder, fonts = sys.argv[1:]
pdfmetrics.registerFont(TTFont("Kai", fonts + "/GWKaiExt-Regular.ttf"))
page = canvas.Canvas(folder + "/form.pdf", pagesize=A4, invariant=1)
page.setFont("Kai", 16)
page.drawString(100, 700, "放心消费示范单位")
page.setFillColor(red)
page.circle(400, 300, 60, fill=1, stroke=0)
page.acroForm.textfield(name="shop", value="JinWeiYuan", x=100, y=600, width=200, height=24, forceBorder=True)
page.acroForm.checkbox(name="agreed", checked=True, x=100, y=550, size=20)
page.bookmarkPage("first")
page.addOutlineEntry("first", "first")
page.linkURL("http://example.invalid/", (100, 500, 200, 520))
page.showPage()
page.setFont("Kai", 16)
page.drawString(100, 700, "第二面")
page.showPage()
page.save()
