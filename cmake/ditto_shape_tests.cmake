# ditto_expect_shape_error() and ditto_expect_error(): tests that a file does NOT compile, and that the compiler says why.
#
#   ditto_expect_shape_error(<file.cpp>
#       LAYER <number>              the layer that does not fit; the first layer is number 1
#       [LAYER_TYPE <type>]         that layer as C++ writes it, e.g. "Linear<65536, 1024>"
#       EXPECTS <dimension>...      what the layer expects, e.g. 65536, or: any_height any_width 3
#       RECEIVES <dimension>...     what it receives, e.g. 131072, or: 64 64 1
#       [LINK <target>...]          whose include directories and definitions the file needs; default ditto::ditto
#       [COMPILERS <compiler>...])  g++, clang++ or nvcc, by name or path; default the project's own compiler
#
# needs enable_testing() before, and adds for each compiler the CTest `shape_error.<file>.<compiler>`. It passes if the
# file does not compile, the compiler reports exactly one error, and the report has
# `shape_error<layer_number<LAYER>, LAYER_TYPE, expects<EXPECTS>, receives<RECEIVES>>`.
#
#   ditto_expect_error(<file.cpp>
#       SAYS <text>                 what ditto's error says, word for word
#       [LINES <number>]            of the compiler's report, at most; default 20
#       [LINK <target>...] [COMPILERS <compiler>...])
#
# adds the CTest `error.<file>.<compiler>`. It passes if the file does not compile and the report is one error, which is
# ditto's and says so, in no more lines.
function(ditto_expect_shape_error file)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LAYER;LAYER_TYPE" "EXPECTS;RECEIVES;LINK;COMPILERS")
    foreach(required LAYER EXPECTS RECEIVES)
        if(NOT DEFINED arg_${required})
            message(FATAL_ERROR "ditto_expect_shape_error(${file}): ${required} is missing")
        endif()
    endforeach()
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "ditto_expect_shape_error(${file}): what is `${arg_UNPARSED_ARGUMENTS}`?")
    endif()
    string(JOIN "," expects ${arg_EXPECTS})
    string(JOIN "," receives ${arg_RECEIVES})
    ditto_add_error_test(ditto_expect_shape_error shape_error "${file}" "${arg_LINK}" "${arg_COMPILERS}"
                         "-DLAYER=${arg_LAYER}" "-DLAYER_TYPE=${arg_LAYER_TYPE}" "-DEXPECTS=${expects}"
                         "-DRECEIVES=${receives}")
endfunction()

function(ditto_expect_error file)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "SAYS;LINES" "LINK;COMPILERS")
    if(NOT arg_SAYS)
        message(FATAL_ERROR "ditto_expect_error(${file}): SAYS is missing")
    endif()
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "ditto_expect_error(${file}): what is `${arg_UNPARSED_ARGUMENTS}`?")
    endif()
    if(NOT arg_LINES)
        set(arg_LINES 20)
    endif()
    string(REPLACE ";" "," says "${arg_SAYS}")  # as check_error.cmake reads it; a list would be two arguments
    ditto_add_error_test(ditto_expect_error error "${file}" "${arg_LINK}" "${arg_COMPILERS}" "-DSAYS=${says}"
                         "-DLINES=${arg_LINES}")
endfunction()

# Adds the tests `kind`.<file>.<compiler> for `caller`: what follows is for check_error.cmake.
function(ditto_add_error_test caller kind file link compilers)
    if(NOT file MATCHES "\\.cpp$")
        string(APPEND file ".cpp")
    endif()
    get_filename_component(path "${file}" ABSOLUTE)
    if(NOT EXISTS "${path}")
        message(FATAL_ERROR " ${caller}(${file}): there is no file ${path}")
    endif()
    # Without a word from CMake, tests that are added where tests are not enabled are not there.
    if(NOT CMAKE_TESTING_ENABLED)
        if(DEFINED BUILD_TESTING AND NOT BUILD_TESTING)
            return()  # include(CTest) was told so
        endif()
        message(FATAL_ERROR " ${caller}(${file}): tests are not enabled, so CTest would not find it; "
                            "write enable_testing() before, in the CMakeLists.txt of the whole project")
    endif()
    if(NOT link)
        set(link ditto::ditto)
    endif()
    if(NOT compilers)
        set(compilers "${CMAKE_CXX_COMPILER}")
    endif()
    get_filename_component(name "${file}" NAME_WE)

    foreach(compiler IN LISTS compilers)
        ditto_syntax_command(command "${compiler}" "${file}" ${link})
        get_filename_component(compiler_name "${compiler}" NAME)
        add_test(NAME ${kind}.${name}.${compiler_name}
                 COMMAND "${CMAKE_COMMAND}" ${ARGN}
                         -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/check_error.cmake" -- ${command}
                 COMMAND_EXPAND_LISTS)
        set_tests_properties(${kind}.${name}.${compiler_name} PROPERTIES LABELS "${kind}s;${compiler_name}")
    endforeach()
endfunction()

# Sets `result` to the command with which `compiler` checks `file` as C++20 (nvcc: as CUDA C++20) without keeping a
# result, seeing the include directories and definitions of the targets that follow.
function(ditto_syntax_command result compiler file)
    set(command "${compiler}" -std=c++20 -DDITTO_ALLOW_UNOPTIMIZED)
    foreach(target IN LISTS ARGN)
        set(directories "$<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>")
        set(definitions "$<TARGET_PROPERTY:${target},INTERFACE_COMPILE_DEFINITIONS>")
        list(APPEND command "$<$<BOOL:${directories}>:-I$<JOIN:$<REMOVE_DUPLICATES:${directories}>,$<SEMICOLON>-I>>"
                            "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},$<SEMICOLON>-D>>")
    endforeach()
    get_filename_component(file "${file}" ABSOLUTE)
    if(compiler MATCHES "nvcc[^/]*$")
        get_filename_component(name "${file}" NAME_WE)
        list(APPEND command --expt-relaxed-constexpr -Xcompiler=-fopenmp -x cu -c -o "${CMAKE_CURRENT_BINARY_DIR}/${name}.nvcc.o" "${file}")
    else()
        list(APPEND command -fopenmp -fsyntax-only "${file}")
    endif()
    set(${result} "${command}" PARENT_SCOPE)
endfunction()
