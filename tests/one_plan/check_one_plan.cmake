# cmake -DCOMPILER=g++ -DSOURCE_DIR=<this folder> -DBINARY_DIR=<scratch> -DFLAGS=<flags> -DLIBRARIES=<libraries>
#       -P check_one_plan.cmake
#
# A network has one plan in all files of a program, whatever each file includes: planner.cpp with and without the
# kernels' headers is compiled, linked with main.cpp in both orders, without and with optimization, and run. A file that
# would see another plan must not compile, with one error of ditto's.
cmake_minimum_required(VERSION 3.22)
set(ENV{LC_ALL} C)
file(MAKE_DIRECTORY "${BINARY_DIR}")

function(compile object source)
    execute_process(COMMAND "${COMPILER}" ${FLAGS} ${ARGN} -c "${SOURCE_DIR}/${source}" -o "${BINARY_DIR}/${object}"
                    RESULT_VARIABLE exit_code ERROR_VARIABLE output)
    set(output "${output}" PARENT_SCOPE)
    set(compiles FALSE PARENT_SCOPE)
    if(exit_code EQUAL 0)
        set(compiles TRUE PARENT_SCOPE)
    endif()
endfunction()

foreach(level -O0 -O2)
    compile(main.o main.cpp ${level})
    if(NOT compiles)
        message(FATAL_ERROR " ditto: main.cpp does not compile:\n${output}")
    endif()
    foreach(variant "" -DWITHOUT_KERNELS)
        compile(planner.o planner.cpp ${level} ${variant})
        if(NOT compiles)
            string(REPLACE ";" "," text "${output}")
            string(REGEX MATCHALL "error: [^\n]*" errors "${text}")
            list(LENGTH errors count)
            if(variant STREQUAL "" OR NOT count EQUAL 1 OR NOT errors MATCHES "ditto: .*include ditto/")
                message(FATAL_ERROR " ditto: planner.cpp ${variant} does not compile, and not as it should:\n${output}")
            endif()
            continue()
        endif()
        foreach(order "main.o;planner.o" "planner.o;main.o")
            execute_process(COMMAND "${COMPILER}" ${FLAGS} ${order} ${LIBRARIES} -o program
                            WORKING_DIRECTORY "${BINARY_DIR}" COMMAND_ERROR_IS_FATAL ANY)
            execute_process(COMMAND "${BINARY_DIR}/program" RESULT_VARIABLE exit_code OUTPUT_VARIABLE output)
            if(NOT exit_code EQUAL 0)
                message(FATAL_ERROR " ditto: ${level} ${variant} ${order}: two plans in one program: ${exit_code}\n${output}")
            endif()
        endforeach()
    endforeach()
endforeach()
