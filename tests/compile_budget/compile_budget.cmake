# cmake -DTIME=/usr/bin/time -DCOMPILER=g++ -DSOURCE_DIR=<repository> -DBINARY_DIR=<build> -P compile_budget.cmake
# Prints what ditto costs a compiler on one core, and fails beyond the budget:
set(umbrella_seconds 3)      # a file that only includes <ditto/ditto.hpp>, g++ -O2
set(program_seconds 60)      # the trainers of the 19 layers in train_siamese, as the release build compiles them
set(program_megabytes 1500)

set(object "${BINARY_DIR}/compile_budget.o")
file(READ "${BINARY_DIR}/compile_commands.json" commands)
string(JSON command_count LENGTH "${commands}")
math(EXPR last_command "${command_count} - 1")

# Compiles and sets `hundredths` (of a second of processor time) and `megabytes` (of peak memory).
function(measure)
    set(figures "${BINARY_DIR}/compile_budget.txt")
    execute_process(COMMAND "${TIME}" -f "%U %S %M" -o "${figures}" ${ARGN} WORKING_DIRECTORY "${BINARY_DIR}"
                    COMMAND_ERROR_IS_FATAL ANY)
    file(READ "${figures}" text)
    string(REGEX MATCH "^([0-9]+)\\.([0-9]+) ([0-9]+)\\.([0-9]+) ([0-9]+)" figures "${text}")
    # CMake computes in integers: hundredths of a second, in decimal (1 in front, lest 08 be taken for octal).
    math(EXPR hundredths "(${CMAKE_MATCH_1} + ${CMAKE_MATCH_3}) * 100 + 1${CMAKE_MATCH_2} + 1${CMAKE_MATCH_4} - 200")
    math(EXPR megabytes "${CMAKE_MATCH_5} / 1024")
    set(hundredths ${hundredths} PARENT_SCOPE)
    set(megabytes ${megabytes} PARENT_SCOPE)
endfunction()

set(failed FALSE)
macro(judge what hundredths seconds_allowed megabytes_allowed)
    math(EXPR whole "${hundredths} / 100")
    math(EXPR tenths "${hundredths} / 10 % 10")
    math(EXPR allowed "${seconds_allowed} * 100")
    message("${what}: ${whole}.${tenths} s of ${seconds_allowed} s, ${megabytes} MB of ${megabytes_allowed} MB")
    if(${hundredths} GREATER allowed OR megabytes GREATER ${megabytes_allowed})
        set(failed TRUE)
    endif()
endmacro()

# The best of three, because another process may slow any one of them.
file(WRITE "${BINARY_DIR}/compile_budget.cpp" "#include <ditto/ditto.hpp>\n")
set(best 1000000)
foreach(try RANGE 2)
    measure("${COMPILER}" -O2 -std=c++20 -fopenmp "-I${SOURCE_DIR}/include" -c compile_budget.cpp -o "${object}")
    if(hundredths LESS best)
        set(best ${hundredths})
    endif()
endforeach()
judge("#include <ditto/ditto.hpp>" ${best} ${umbrella_seconds} ${program_megabytes})

set(found FALSE)
foreach(i RANGE ${last_command})
    string(JSON file GET "${commands}" ${i} file)
    if(file MATCHES "/examples/programs/train_siamese/trainers.cpp$")
        string(JSON command GET "${commands}" ${i} command)
        separate_arguments(command UNIX_COMMAND "${command}")
        list(FIND command -o position)
        math(EXPR position "${position} + 1")
        list(REMOVE_AT command ${position})
        list(INSERT command ${position} "${object}")
        measure(${command})
        judge("the trainers" ${hundredths} ${program_seconds} ${program_megabytes})
        set(found TRUE)
    endif()
endforeach()

file(REMOVE "${object}")
if(failed OR NOT found)
    message(FATAL_ERROR " over the compile budget, or train_siamese/trainers.cpp is not in compile_commands.json")
endif()
