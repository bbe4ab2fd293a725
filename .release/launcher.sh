#!/bin/sh
# Starts Papaver out of this folder with the libraries and data that lie beside it; nothing has to be installed.
here=$(dirname "$(readlink -f "$0")")
GDAL_DATA=$here/share/gdal PROJ_DATA=$here/share/proj PROJ_LIB=$here/share/proj PROJ_NETWORK=OFF
GDAL_DRIVER_PATH=disable GCONV_PATH=$here/share/gconv
ORT_DYLIB_PATH=${ORT_DYLIB_PATH:-$here/lib/libonnxruntime.so}
export GDAL_DATA PROJ_DATA PROJ_LIB PROJ_NETWORK GDAL_DRIVER_PATH GCONV_PATH ORT_DYLIB_PATH
unset LD_PRELOAD
exec "$here/lib/@LOADER@" --library-path "$here/lib" "$here/lib/papaver" "$@"
