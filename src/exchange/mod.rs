//! Files people load and hand back: `GeoJSON`, `GeoPackage`, KML, GPX, XLSX, CSV.
