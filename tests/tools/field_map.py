"""Opens an exported GeoPackage in QGIS without a screen: its styles by state, its visit form, a picture of the map.

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 tests/tools/field_map.py sites.gpkg map.png form.png [FILL.json]

With FILL, rows of the visit layer are filled in through QGIS as a crew would: {"SITE": {"visit_outcome": "wild", ...}}.
"""
import json
import os
import sys

from qgis.core import (QgsApplication, QgsCategorizedSymbolRenderer, QgsMapRendererParallelJob, QgsMapSettings, QgsProject,
                       QgsVectorLayer)
from qgis.gui import QgsAttributeForm, QgsGui
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

path, picture, form_picture = sys.argv[1:4]
fill = json.load(open(sys.argv[4], encoding="utf-8")) if len(sys.argv) > 4 else {}
QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], True)
application.initQgis()
QgsGui.editorWidgetRegistry().initEditors()


def load(name):
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    assert layer.isValid(), f"{name} does not load"
    assert layer.crs().authid() == "EPSG:4326", layer.crs().authid()
    message, styled = layer.loadDefaultStyle()
    assert styled, f"{name} has no style of its own: {message}"
    QgsProject.instance().addMapLayer(layer)
    return layer


outlines, sites, visits = load("outlines"), load("sites"), load("visits")
for layer in (outlines, sites, visits):
    renderer = layer.renderer()
    assert isinstance(renderer, QgsCategorizedSymbolRenderer), f"{layer.name()} is drawn by {renderer.type()}"
values = {category.value() for category in sites.renderer().categories()}
states = {feature["state"] for feature in sites.getFeatures()}
assert states <= values, f"no colour for {states - values}"
colours = {c.value(): c.symbol().color().name() for c in sites.renderer().categories()}
assert len({colours[s] for s in states}) == len(states), "two states share a colour"
assert sites.labelsEnabled(), "codes are not shown"

widgets = {}
for index, field in enumerate(visits.fields()):
    widgets.setdefault(visits.editorWidgetSetup(index).type(), []).append(field.name())
lists, pictures = widgets.get("ValueMap", []), widgets.get("ExternalResource", [])
assert {"visit_outcome", "visit_stage", "visit_sap_cut", "visit_habitat"} <= set(lists), widgets
assert pictures == [f"visit_photo_{n}" for n in range(1, 5)] + ["erad_photo_1", "erad_photo_2", "picture", "surroundings"], widgets
outcome = visits.editorWidgetSetup(visits.fields().indexOf("visit_outcome")).config()["map"]
codes = {code for entry in outcome for code in entry.values()}
assert {"cultivated", "wild", "lookalike", "nothing", "licensed", "not_reached", "too_early", "unsure"} <= codes, codes
assert {"head", "site_key"} <= set(widgets["Hidden"]), widgets
form = visits.editFormConfig()
assert form.readOnly(visits.fields().indexOf("site")) and not form.readOnly(visits.fields().indexOf("visit_note"))
tabs = [tab.name() for tab in form.tabs()]
placed = {e.name() for tab in form.tabs() for e in tab.children()}
assert len(tabs) == 5 and set(pictures + lists) - {"state"} <= placed, (tabs, placed)
print(f"{sites.featureCount()} sites, {outlines.featureCount()} outlines, {visits.featureCount()} rows to fill in; tabs {', '.join(tabs)}")

if fill:
    assert visits.startEditing()
    for feature in visits.getFeatures():
        for name, value in fill.pop(feature["site"], {}).items():
            assert visits.changeAttributeValue(feature.id(), visits.fields().indexOf(name), value), name
    assert not fill, f"no row for {fill}"
    assert visits.commitChanges(), visits.commitErrors()

widget = QgsAttributeForm(visits, next(visits.getFeatures()))
widget.resize(620, 620)
widget.grab().save(form_picture)

settings = QgsMapSettings()
settings.setLayers([visits, sites, outlines])
settings.setDestinationCrs(sites.crs())
extent = sites.extent()
extent.grow(max(extent.width(), extent.height(), 0.0002) * 0.25)
settings.setExtent(extent)
settings.setOutputSize(QSize(1000, 800))
settings.setOutputDpi(110)
settings.setBackgroundColor(QColor("white"))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
image = job.renderedImage()
assert image.save(picture), f"{picture} cannot be written"
shown = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
for state in states:
    assert colours[state] in shown, f"{state} ({colours[state]}) is not on the map"
print(f"map: {picture}; form: {form_picture}")
# QGIS 3.22 crashes when Python takes it down; everything is done by now.
sys.stdout.flush()
os._exit(0)
