/** Child processes that run in JVMs configured like this one. */
@org.jspecify.annotations.NullMarked
package io.freshet.model.jvm;
