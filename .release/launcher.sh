#!/bin/sh
# Starts Papaver out of this folder with the libraries and data that lie beside it; nothing has to be installed.
here=$(dirname "$(readlink -f "$0")")
GCONV_PATH=$here/share/gconv
ORT_DYLIB_PATH=${ORT_DYLIB_PATH:-$here/lib/@RUNTIME@}
# A newer ONNX Runtime that somebody names stays silent; the program would otherwise start itself anew to say so.
ORT_DISABLE_TELEMETRY=1
export GCONV_PATH ORT_DYLIB_PATH ORT_DISABLE_TELEMETRY
# What a script is to start again: the loader below is what the system calls this program.
PAPAVER_STARTED_AS=$here/papaver
export PAPAVER_STARTED_AS
unset LD_PRELOAD
exec "$here/lib/@LOADER@" --library-path "$here/lib" "$here/lib/papaver" "$@"
