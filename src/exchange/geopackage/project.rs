//! A QGIS project (`.qgs`, 3.22) around a `GeoPackage` of sites, as QGIS and `QField` open it: the three layers with their
//! styles and the visit form, everything by its name beside the project.

use super::visit_form::VISIT_LAYER;
use super::{style, visit_form};
use crate::exchange::Export;
use crate::printable::{escape, of_xml};
use crate::words::Lang;

/// Degrees that are shown around the sites.
const MARGIN: f64 = 0.005;
/// The whole of China, where there is no site.
const NOWHERE: [f64; 4] = [73.0, 18.0, 135.0, 54.0];

/// What follows a table's name in the id of its layer: QGIS replaces ids that are as short as a name.
const LAYER: &str = "_c3f1a5e0_7d1b_4c7e_9a52_0d0e5a6b7c01";

/// A layer: its table, its title, the kind of its geometry, its style, whether it is filled in.
struct ProjectLayer {
    table: &'static str,
    title: &'static str,
    geometry: &'static str,
    style: String,
    filled_in: bool,
}

fn layers(lang: Lang) -> [ProjectLayer; 3] {
    [
        ProjectLayer {
            table: VISIT_LAYER,
            title: lang.pick("Visits (to be filled in)", "核查（填写）"),
            geometry: "Point",
            style: visit_form::visits(lang),
            filled_in: true,
        },
        ProjectLayer {
            table: "sites",
            title: lang.pick("Sites", "图斑"),
            geometry: "Point",
            style: style::sites(lang),
            filled_in: false,
        },
        ProjectLayer {
            table: "outlines",
            title: lang.pick("Outlines", "图斑轮廓"),
            geometry: "Polygon",
            style: style::outlines(lang),
            filled_in: false,
        },
    ]
}

/// The project of an export that lies beside it in `file`, on the imagery of a file of tiles where there is one.
pub fn project(export: &Export, file: &str, imagery: Option<&str>, title: &str) -> String {
    let imagery = imagery.map(|file| Ground::new(file, export.context.lang));
    let below = |of: &dyn Fn(&Ground) -> String| imagery.as_ref().map(of).unwrap_or_default();
    let layers = layers(export.context.lang);
    let each = |of: &dyn Fn(&ProjectLayer) -> String| layers.iter().map(of).collect::<String>();
    let source =
        |layer: &ProjectLayer| escape(format!("./{file}|layername={}", layer.table)).into_owned();
    let entry = |layer: &ProjectLayer| {
        format!(
            "<layer-tree-layer id=\"{}{LAYER}\" name=\"{}\" source=\"{}\" providerKey=\"ogr\" checked=\"Qt::Checked\" expanded=\"0\"><customproperties/></layer-tree-layer>\n",
            layer.table,
            escape(layer.title),
            source(layer)
        )
    };
    let order = |layer: &ProjectLayer| format!("<layer id=\"{}{LAYER}\"/>\n", layer.table);
    let parts = [
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n".to_owned(),
        format!("<qgis projectname=\"{0}\" version=\"3.22.16\">\n<homePath path=\"\"/>\n<title>{0}</title>\n", escape(title)),
        format!("<projectCrs>{}</projectCrs>\n", system(WEB_MERCATOR)),
        format!("<layer-tree-group><customproperties/>\n{}{}</layer-tree-group>\n", each(&entry), below(&Ground::entry)),
        canvas(export),
        format!("<projectlayers>\n{}{}</projectlayers>\n", each(&|layer| map_layer(layer, &source(layer))), below(&Ground::map_layer)),
        format!("<layerorder>\n{}{}</layerorder>\n", each(&order), below(&|_| format!("<layer id=\"{GROUND}\"/>\n"))),
        "<properties>\n<Paths><Absolute type=\"bool\">false</Absolute></Paths>\n<SpatialRefSys><ProjectionsEnabled type=\"int\">1</ProjectionsEnabled></SpatialRefSys>\n<Measure><Ellipsoid type=\"QString\">EPSG:7030</Ellipsoid></Measure>\n</properties>\n</qgis>\n".to_owned(),
    ];
    of_xml(parts.concat()).into_owned()
}

/// The id of the layer of imagery.
const GROUND: &str = "imagery_c3f1a5e0_7d1b_4c7e_9a52_0d0e5a6b7c02";

/// The imagery below the sites: a file of tiles, and its title.
struct Ground {
    source: String,
    title: &'static str,
}

impl Ground {
    fn new(file: &str, lang: Lang) -> Self {
        Self {
            source: escape(format!("./{file}")).into_owned(),
            title: lang.pick("Imagery around the sites", "图斑周边影像"),
        }
    }

    fn entry(&self) -> String {
        let Self { source, title } = self;
        format!(
            "<layer-tree-layer id=\"{GROUND}\" name=\"{title}\" source=\"{source}\" providerKey=\"gdal\" checked=\"Qt::Checked\" expanded=\"0\"><customproperties/></layer-tree-layer>\n"
        )
    }

    /// Without a renderer of ours the program takes the one that fits the file's colours.
    fn map_layer(&self) -> String {
        let Self { source, title } = self;
        format!(
            "<maplayer type=\"raster\">\n<id>{GROUND}</id>\n<datasource>{source}</datasource>\n<layername>{title}</layername>\n<srs>{}</srs>\n<provider>gdal</provider>\n</maplayer>\n",
            system(WEB_MERCATOR)
        )
    }
}

/// A system by its name; without a number of its own list QGIS does not look at the name.
fn system((name, number): (&str, u16)) -> String {
    format!("<spatialrefsys><srsid>{number}</srsid><authid>{name}</authid></spatialrefsys>")
}

const WEB_MERCATOR: (&str, u16) = ("EPSG:3857", 3857);
const WGS84: (&str, u16) = ("EPSG:4326", 3452);

/// What is shown first: all sites, in the metres of the project's system.
fn canvas(export: &Export) -> String {
    let places = export.entries.iter().map(|entry| entry.site.place.lonlat());
    let around = places.fold(None, |around: Option<[f64; 4]>, at| {
        let [west, south, east, north] = around.unwrap_or([at.lon, at.lat, at.lon, at.lat]);
        Some([
            west.min(at.lon),
            south.min(at.lat),
            east.max(at.lon),
            north.max(at.lat),
        ])
    });
    let [west, south, east, north] = around.map_or(NOWHERE, |[west, south, east, north]| {
        [west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN]
    });
    let ((xmin, ymin), (xmax, ymax)) = (mercator(west, south), mercator(east, north));
    format!(
        "<mapcanvas name=\"theMapCanvas\" annotationsVisible=\"1\"><units>meters</units><extent><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></extent><rotation>0</rotation><destinationsrs>{}</destinationsrs></mapcanvas>\n",
        system(WEB_MERCATOR)
    )
}

/// Web Mercator (EPSG:3857), metres.
fn mercator(lon: f64, lat: f64) -> (f64, f64) {
    const RADIUS: f64 = 6_378_137.0;
    let y = (std::f64::consts::FRAC_PI_4 + lat.to_radians() / 2.0)
        .tan()
        .ln();
    (RADIUS * lon.to_radians(), RADIUS * y)
}

fn map_layer(layer: &ProjectLayer, source: &str) -> String {
    let ProjectLayer {
        table,
        title,
        geometry,
        style,
        filled_in,
    } = layer;
    let title = escape(*title);
    format!(
        "<maplayer type=\"vector\" geometry=\"{geometry}\" readOnly=\"{}\" labelsEnabled=\"1\" styleCategories=\"AllStyleCategories\">\n<id>{table}{LAYER}</id>\n<datasource>{source}</datasource>\n<layername>{title}</layername>\n<srs>{}</srs>\n<provider encoding=\"UTF-8\">ogr</provider>\n{}</maplayer>\n",
        u8::from(!filled_in),
        system(WGS84),
        within(style).unwrap_or_default()
    )
}

/// What a style's document holds: a layer of a project holds the same.
fn within(style: &str) -> Option<&str> {
    let (_, opened) = style.split_once("<qgis ")?;
    let (_, inside) = opened.split_once('>')?;
    let (inside, _) = inside.rsplit_once("</qgis>")?;
    Some(inside.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::fixture::export;

    fn parsed(xml: &str) -> roxmltree::Document<'_> {
        let options = roxmltree::ParsingOptions {
            allow_dtd: true,
            ..roxmltree::ParsingOptions::default()
        };
        roxmltree::Document::parse_with_options(xml, options).expect("XML")
    }

    #[test]
    fn a_project_is_xml_and_names_its_layers_beside_it() {
        for lang in [Lang::En, Lang::Zh] {
            let export = export([], lang);
            let xml = |imagery| project(&export, "crew-1.gpkg", imagery, "一组 <1>");
            let sources = |xml: &str| -> Vec<String> {
                let read = parsed(xml);
                let named = read
                    .descendants()
                    .filter(|node| node.has_tag_name("datasource"));
                named
                    .filter_map(|node| node.text().map(str::to_owned))
                    .collect()
            };
            let mut beside = ["visits", "sites", "outlines"]
                .map(|table| format!("./crew-1.gpkg|layername={table}"))
                .to_vec();
            let alone = xml(None);
            assert_eq!(sources(&alone), beside);
            beside.push("./crew-1.mbtiles".into());
            let on_imagery = xml(Some("crew-1.mbtiles"));
            assert_eq!(sources(&on_imagery), beside);
            let read = parsed(&on_imagery);
            let mut lowest = read.descendants().filter(|node| node.has_tag_name("layer"));
            assert_eq!(
                lowest.next_back().and_then(|n| n.attribute("id")),
                Some(GROUND)
            );
            let forms = read
                .descendants()
                .filter(|node| node.has_tag_name("attributeEditorForm"));
            assert_eq!(forms.count(), 1, "the visits have the form");
        }
    }
}
