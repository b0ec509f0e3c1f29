# cmake -DLAYER=17 -DLAYER_TYPE=<type or empty> -DEXPECTS=65536 -DRECEIVES=131072 -P check_error.cmake -- <compile command>
# cmake -DSAYS=<text> -DLINES=20 -P check_error.cmake -- <compile command>
#
# Runs the compile command and fails unless it fails with exactly one error that explains itself: see
# ditto_shape_tests.cmake.
cmake_minimum_required(VERSION 3.22)

set(command "")
set(command_begins FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
    if(command_begins)
        list(APPEND command "${CMAKE_ARGV${i}}")
    elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
        set(command_begins TRUE)
    endif()
endforeach()

set(ENV{LC_ALL} C)
execute_process(COMMAND ${command} RESULT_VARIABLE exit_code OUTPUT_VARIABLE output ERROR_VARIABLE output)

# One way to write for three compilers, and for what is looked for: no namespaces, no spaces, no suffixes or casts on
# numbers. Square brackets and semicolons would break CMake's lists.
function(normalise variable)
    set(text "${${variable}}")
    string(REPLACE ";" "," text "${text}")
    string(REPLACE "[" "(" text "${text}")
    string(REPLACE "]" ")" text "${text}")
    # Before the spaces are gone: the word before a namespace is not part of its name.
    string(REGEX REPLACE "([A-Za-z_][A-Za-z_0-9]*|{anonymous}|\\(anonymous namespace\\)|<unnamed>)::" "" text "${text}")
    string(REGEX REPLACE "[ \t\r]+" "" text "${text}")
    string(REGEX REPLACE "\\([A-Za-z_]+\\)(-?[0-9])" "\\1" text "${text}")
    string(REGEX REPLACE "([<,][0-9]+)[uUlL]+" "\\1" text "${text}")
    set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# Text as a regular expression that matches it and nothing else.
function(escape variable text)
    string(REGEX REPLACE "([]()*+.?^$|\\[])" "\\\\\\1" text "${text}")
    set(${variable} "${text}" PARENT_SCOPE)
endfunction()

string(REGEX MATCHALL ": (fatal )?error:" errors "${output}")
list(LENGTH errors error_count)
string(REGEX MATCHALL "\n" line_ends "${output}")
list(LENGTH line_ends line_count)

set(text "${output}")
normalise(text)
if(DEFINED SAYS)
    normalise(SAYS)
    escape(says "${SAYS}")
    set(explanation "error:[^\n]*ditto:[^\n]*${says}")
else()
    # g++ and clang++ write the class with its arguments; nvcc writes its parameters and then what they are.
    set(layer ".+")
    if(LAYER_TYPE)
        normalise(LAYER_TYPE)
        escape(layer "${LAYER_TYPE}")
    endif()
    string(CONCAT explanation
        "shape_error<layer_number<${LAYER}>,${layer},expects<${EXPECTS}>,receives<${RECEIVES}>>|"
        "Number=layer_number<${LAYER}>,Layer=${layer},Expects=expects<${EXPECTS}>,Receives=receives<${RECEIVES}>")
endif()

if(exit_code EQUAL 0)
    set(failure "it compiles")
elseif(NOT error_count EQUAL 1)
    set(failure "${error_count} errors instead of 1")
elseif(DEFINED LINES AND line_count GREATER LINES)
    set(failure "the report has ${line_count} lines; at most ${LINES} are expected")
elseif(NOT text MATCHES "${explanation}")
    set(failure "the error does not have: ${explanation}")
else()
    return()
endif()
list(JOIN command " " command)
message("$ ${command}\n${output}")
message(FATAL_ERROR " ditto: ${failure}")
