/**
 * A small fuzzer of decoders, which the tests of all modules compile: seeds are valid encodings, inputs are seeds with some
 * damage that knows their structure.
 */
@NullMarked
package io.freshet.fuzz;

import org.jspecify.annotations.NullMarked;
