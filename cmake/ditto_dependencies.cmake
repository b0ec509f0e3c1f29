# Finds what ditto stands on, for ditto's own build and for the installed package:
#   ditto::dependencies   OpenMP, threads, OpenBLAS, xtensor, xtensor-blas, xsimd; for pictures libjpeg and libpng, or,
#                         where they are not, which is said, or DITTO_COMPILE_STB is ON, stb: see
#                         images/formats/codec.hpp
#   ditto::io             ditto::ditto with what weights files, progress and reports need besides, nlohmann_json and
#                         fmt; absent, without complaint, where they are
# Sets `ditto_missing` to one line that says what is missing and what to install; empty when nothing is.
set(ditto_missing "")

# OpenBLAS by name and by proof: the reference BLAS of netlib has the same functions and is 30 times slower, so a
# library counts only if a program that calls openblas_get_config links with it. The Config file of xtensor-blas is not
# used because it takes the first BLAS that it meets.
find_library(DITTO_BLAS_LIBRARY NAMES openblas openblasp openblaso DOC "The OpenBLAS library")
if(DITTO_BLAS_LIBRARY AND NOT "${DITTO_BLAS_LIBRARY}" STREQUAL "${DITTO_BLAS_PROVEN}")
    set(ditto_probe "${CMAKE_BINARY_DIR}/CMakeFiles/ditto_openblas")
    file(WRITE "${ditto_probe}/openblas.cpp" "extern \"C\" char* openblas_get_config();\n"
                                             "int main() { return openblas_get_config() == nullptr; }\n")
    try_compile(ditto_openblas_links "${ditto_probe}" "${ditto_probe}/openblas.cpp"
                LINK_LIBRARIES "${DITTO_BLAS_LIBRARY}")
    if(ditto_openblas_links)
        set(DITTO_BLAS_PROVEN "${DITTO_BLAS_LIBRARY}" CACHE INTERNAL "The library that was seen to be OpenBLAS")
    endif()
endif()
if(NOT DITTO_BLAS_LIBRARY)
    set(ditto_missing "no OpenBLAS found; install it (Debian: apt install libopenblas-dev) or set DITTO_BLAS_LIBRARY")
    return()
elseif(NOT "${DITTO_BLAS_LIBRARY}" STREQUAL "${DITTO_BLAS_PROVEN}")
    set(ditto_missing "${DITTO_BLAS_LIBRARY} is not OpenBLAS (it has no openblas_get_config); install OpenBLAS \
(Debian: apt install libopenblas-dev) and set DITTO_BLAS_LIBRARY to it")
    return()
endif()

find_package(Threads QUIET)
find_package(OpenMP QUIET COMPONENTS CXX)
find_package(xtensor QUIET)
find_package(xsimd QUIET)
find_path(DITTO_XTENSOR_BLAS_INCLUDE_DIR xtensor-blas/xlinalg.hpp DOC "Where xtensor-blas's headers are")
find_path(DITTO_STB_INCLUDE_DIR stb/stb_image.h DOC "Where stb's headers are")
find_package(JPEG QUIET)
find_package(PNG QUIET)
option(DITTO_COMPILE_STB "Read pictures by stb_image, even where libjpeg and libpng are" OFF)
mark_as_advanced(DITTO_BLAS_LIBRARY DITTO_XTENSOR_BLAS_INCLUDE_DIR DITTO_STB_INCLUDE_DIR DITTO_COMPILE_STB)

if(NOT Threads_FOUND)
    set(ditto_missing "no thread library found")
elseif(NOT OpenMP_CXX_FOUND)
    set(ditto_missing "the C++ compiler has no OpenMP; install it (Debian: apt install libomp-dev for clang)")
elseif(NOT xtensor_FOUND)
    set(ditto_missing "xtensor not found; install it (Debian: apt install libxtensor-dev)")
elseif(NOT DITTO_XTENSOR_BLAS_INCLUDE_DIR)
    set(ditto_missing "xtensor-blas not found; install it (Debian: apt install libxtensor-blas-dev)")
elseif(NOT xsimd_FOUND)
    set(ditto_missing "xsimd not found; install it (Debian: apt install libxsimd-dev)")
elseif(DITTO_COMPILE_STB AND NOT DITTO_STB_INCLUDE_DIR)
    set(ditto_missing "DITTO_COMPILE_STB is ON, but stb not found; install it (Debian: apt install libstb-dev) or set \
DITTO_COMPILE_STB=OFF")
endif()
if(ditto_missing)
    return()
endif()

# Who reads pictures: "libraries", "stb", or nothing, for those who have no pictures. What was not asked for is said.
set(ditto_pictures "")
set(ditto_picture_libraries_missing "")
if(NOT JPEG_FOUND)
    list(APPEND ditto_picture_libraries_missing libjpeg)
endif()
if(NOT PNG_FOUND)
    list(APPEND ditto_picture_libraries_missing libpng)
endif()
list(JOIN ditto_picture_libraries_missing " and " ditto_picture_libraries_missing)
if(DITTO_COMPILE_STB)
    set(ditto_pictures stb)
elseif(NOT ditto_picture_libraries_missing)
    set(ditto_pictures libraries)
else()
    include(FindPackageMessage)
    set(ditto_picture_line "${ditto_picture_libraries_missing} not found")
    if(DITTO_STB_INCLUDE_DIR)
        set(ditto_pictures stb)
        string(APPEND ditto_picture_line ": pictures are read by stb_image, with other pixels by a level here and there")
    else()
        string(APPEND ditto_picture_line ", nor stb: pictures cannot be read")
    endif()
    string(APPEND ditto_picture_line "; install the libraries (Debian: apt install libjpeg-dev libpng-dev)")
    find_package_message(ditto_pictures "ditto: ${ditto_picture_line}" "${ditto_picture_line}")
endif()

if(NOT TARGET ditto::dependencies)
    add_library(ditto::dependencies INTERFACE IMPORTED)
    target_link_libraries(ditto::dependencies INTERFACE OpenMP::OpenMP_CXX Threads::Threads xtensor xsimd
                                                        "${DITTO_BLAS_LIBRARY}")
    target_include_directories(ditto::dependencies INTERFACE "${DITTO_XTENSOR_BLAS_INCLUDE_DIR}")
    if(ditto_pictures STREQUAL "libraries")
        target_link_libraries(ditto::dependencies INTERFACE JPEG::JPEG PNG::PNG)
    elseif(ditto_pictures STREQUAL "stb")
        target_compile_definitions(ditto::dependencies INTERFACE DITTO_COMPILE_STB)
        target_include_directories(ditto::dependencies INTERFACE "${DITTO_STB_INCLUDE_DIR}")
    endif()
    # The configuration Debug is unoptimized on purpose: core/requirements.hpp says nothing then.
    target_compile_definitions(ditto::dependencies INTERFACE
        "$<$<OR:$<CONFIG:Debug>,$<BOOL:${DITTO_ALLOW_UNOPTIMIZED}>>:DITTO_ALLOW_UNOPTIMIZED>")
endif()

find_package(nlohmann_json QUIET)
find_package(fmt QUIET)
if(nlohmann_json_FOUND AND fmt_FOUND AND NOT TARGET ditto::io)
    add_library(ditto::io INTERFACE IMPORTED)
    set_target_properties(ditto::io PROPERTIES
        INTERFACE_LINK_LIBRARIES "ditto::ditto;nlohmann_json::nlohmann_json;fmt::fmt")
endif()
