/** Child processes that run in JVMs configured like this one. */
@NullMarked
package io.freshet.model.jvm;

import org.jspecify.annotations.NullMarked;
