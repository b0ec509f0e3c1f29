# cmake -DBUILD_DIR= -DPREFIX= -P check_programs.cmake
# Installs the programs, and nothing else, as README does; each starts where it was installed.
file(REMOVE_RECURSE "${PREFIX}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${PREFIX}" --component programs
                COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE installed RELATIVE "${PREFIX}" "${PREFIX}/*")
if(NOT installed STREQUAL "bin/embed_faces;bin/evaluate_pairs;bin/find_faces;bin/train_siamese;bin/verify_faces")
    message(FATAL_ERROR " installed are: ${installed}")
endif()
foreach(program IN LISTS installed)
    execute_process(COMMAND "${PREFIX}/${program}" --version COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(REMOVE_RECURSE "${PREFIX}")
