# cmake -DSOURCE_DIR= -DBINARY_DIR= -DGENERATOR= -DCOMPILER= -DFAILS=<bool> -DQUIET=<bool>
#       -DLINE=<regular expression or empty> -P check_configure.cmake -- <option of cmake>...
# Configures a project, which must fail or not as FAILS says. Of ditto's lines in the output, but for CMake's status
# lines, there must be exactly one, which matches LINE; none if LINE is empty. If QUIET there must be no status lines of
# what ditto looks for either.
cmake_minimum_required(VERSION 3.22)

set(options "")
set(options_begin FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
    if(options_begin)
        string(REPLACE ";" "\\;" option "${CMAKE_ARGV${i}}")
        list(APPEND options "${option}")
    elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
        set(options_begin TRUE)
    endif()
endforeach()

file(REMOVE_RECURSE "${BINARY_DIR}")
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE_DIR}" -B "${BINARY_DIR}" -G "${GENERATOR}"
                        "-DCMAKE_CXX_COMPILER=${COMPILER}" ${options}
                RESULT_VARIABLE exit_code OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REPLACE ";" "," text "${output}")
string(REPLACE "[" "(" text "${text}")
string(REPLACE "]" ")" text "${text}")
string(REGEX MATCHALL "(^|\n)[^\n]*ditto(_expect_shape_error\\(|: )[^\n]*" lines "${text}")
list(FILTER lines EXCLUDE REGEX "^\n?-- ")
list(LENGTH lines count)

if(FAILS AND exit_code EQUAL 0)
    set(failure "configuring must fail, and did not")
elseif(NOT FAILS AND NOT exit_code EQUAL 0)
    set(failure "configuring failed")
elseif(QUIET AND text MATCHES "-- (ditto|Found|Performing|Looking)")
    set(failure "ditto must be quiet")
elseif(LINE STREQUAL "" AND count GREATER 0)
    set(failure "ditto must say nothing, and said ${count} lines")
elseif(NOT LINE STREQUAL "" AND NOT (count EQUAL 1 AND lines MATCHES "${LINE}"))
    set(failure "ditto must say one line, `${LINE}`, and said ${count} lines")
else()
    message("${lines}")
    return()
endif()
message("${output}")
message(FATAL_ERROR " ${failure}")
