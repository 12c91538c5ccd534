# Options that hold for the whole build: warnings, linker, compiler cache, sanitizers.
option(NAVE_TESTS "Build the tests" ON)
option(NAVE_FUZZ "Build the fuzz targets with libFuzzer (clang)" OFF)
option(NAVE_THREAD_SAFETY "Check the thread annotations (clang)" OFF)
set(NAVE_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=: address,undefined or thread")

find_program(NAVE_CCACHE ccache)
if(NAVE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${NAVE_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${NAVE_CCACHE})
endif()
find_program(NAVE_MOLD mold)
if(NAVE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# The warnings of our own code. Generated code gets none: see nave_proto_library.
set(NAVE_WARNINGS -Wall -Wextra -Wpedantic -Werror -Wno-sign-compare -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  list(APPEND NAVE_WARNINGS -Wno-deprecated-declarations)
  if(NAVE_THREAD_SAFETY)
    list(APPEND NAVE_WARNINGS -Wthread-safety)
  endif()
else()
  # GCC 12 reports these inside the standard library and inside Abseil at -O2.
  list(APPEND NAVE_WARNINGS -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds
       -Wno-stringop-overflow -Wno-stringop-overread -Wno-dangling-pointer)
endif()

if(NAVE_SANITIZE)
  add_compile_options(-fsanitize=${NAVE_SANITIZE} -fno-omit-frame-pointer)
  if(NAVE_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  add_link_options(-fsanitize=${NAVE_SANITIZE})
endif()
