package platform;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.context.annotation.Import;
import org.springframework.modulith.core.ApplicationModuleDetectionStrategy;
import org.springframework.modulith.core.ApplicationModuleSourceFactory;

/** Reads the modules off the main class, so the list exists once. */
public class RootPackages implements ApplicationModuleSourceFactory {

    static final List<String> MODULES = Stream.of(
                    AgentPlatform.class.getAnnotation(Import.class).value())
            .map(Class::getPackageName)
            .toList();

    @Override
    public List<String> getRootPackages() {
        return MODULES;
    }

    @Override
    public List<String> getModuleBasePackages() {
        return MODULES;
    }

    @Override
    public ApplicationModuleDetectionStrategy getApplicationModuleDetectionStrategy() {
        return root -> Stream.empty();
    }
}
