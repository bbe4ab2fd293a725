; The installer for Windows: into the person's own folder, without an administrator's rights; a menu entry that opens a
; command line with Papaver in its path, and one that takes everything away again. What a person made with it stays.
Unicode true
Target amd64-unicode
ManifestDPIAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma
!include MUI2.nsh
Name "Papaver ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\Papaver"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Papaver"
!define MENU "$SMPROGRAMS\Papaver"
!define MUI_FINISHPAGE_SHOWREADME "$INSTDIR\README.md"
!define MUI_FINISHPAGE_SHOWREADME_NOTCHECKED
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "SimpChinese"
!insertmacro MUI_LANGUAGE "English"
LangString Shell ${LANG_SIMPCHINESE} "Papaver 命令行"
LangString Shell ${LANG_ENGLISH} "Papaver command line"
LangString Remove ${LANG_SIMPCHINESE} "卸载 Papaver"
LangString Remove ${LANG_ENGLISH} "Remove Papaver"

Section
  ; Files of an earlier version have other names; a person's own files are not kept in this folder.
  IfFileExists "$INSTDIR\remove.exe" 0 +2
    ExecWait '"$INSTDIR\remove.exe" /S _?=$INSTDIR'
  SetOutPath "$INSTDIR"
  File /r "${FOLDER}/*"
  WriteUninstaller "$INSTDIR\remove.exe"
  SetShellVarContext current
  CreateDirectory "${MENU}"
  SetOutPath "$DOCUMENTS"
  CreateShortcut "${MENU}\Papaver.lnk" "$INSTDIR\papaver.exe"
  CreateShortcut "${MENU}\$(Shell).lnk" "$SYSDIR\cmd.exe" '/k "chcp 65001 >nul & set PATH=$INSTDIR;%PATH% & papaver --help"'
  CreateShortcut "${MENU}\$(Remove).lnk" "$INSTDIR\remove.exe"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Papaver ${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\remove.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\remove.exe" /S'
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

Section Uninstall
  SetShellVarContext current
  ; Only what this installer put there: a registry that somebody laid into the folder stays.
  Delete "$INSTDIR\*.dll"
  Delete "$INSTDIR\papaver.exe"
  Delete "$INSTDIR\*.md"
  Delete "$INSTDIR\LICENSE-*"
  Delete "$INSTDIR\SHA256SUMS"
  Delete "$INSTDIR\remove.exe"
  RMDir /r "$INSTDIR\share"
  RMDir /r "$INSTDIR\docs"
  RMDir /r "$INSTDIR\licences"
  RMDir /r "$INSTDIR\models"
  Delete "$INSTDIR\samples\*.jpg"
  Delete "$INSTDIR\samples\dask_shards.py"
  Delete "$INSTDIR\samples\village\ortho.tif"
  Delete "$INSTDIR\samples\village\boundary.geojson"
  Delete "$INSTDIR\samples\village\truth.geojson"
  RMDir "$INSTDIR\samples\village"
  RMDir "$INSTDIR\samples"
  FindFirst $0 $1 "$INSTDIR\onnxruntime-*"
  StrCmp $1 "" +2
    RMDir /r "$INSTDIR\$1"
  FindClose $0
  RMDir "$INSTDIR"
  RMDir /r "${MENU}"
  DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
