/** Tests of the roles on a broker. */
@NullMarked
package io.freshet.app.role;

import org.jspecify.annotations.NullMarked;
