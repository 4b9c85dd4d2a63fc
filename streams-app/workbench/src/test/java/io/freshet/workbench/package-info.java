/** Tests of the architecture of all modules. */
@NullMarked
package io.freshet.workbench;

import org.jspecify.annotations.NullMarked;
