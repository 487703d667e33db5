// Copyright: bpmops.camunda contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import jakarta.servlet.Filter;
import java.util.List;
import org.camunda.bpm.engine.AuthorizationService;
import org.camunda.bpm.engine.IdentityService;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.ProcessEngineConfiguration;
import org.camunda.bpm.engine.ProcessEngines;
import org.camunda.bpm.engine.authorization.Authorization;
import org.camunda.bpm.engine.authorization.Groups;
import org.camunda.bpm.engine.authorization.Permissions;
import org.camunda.bpm.engine.authorization.Resources;
import org.camunda.bpm.engine.identity.Group;
import org.camunda.bpm.engine.identity.User;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.identity.WritableIdentityProvider;
import org.camunda.bpm.engine.rest.security.auth.ProcessEngineAuthenticationFilter;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * A process engine with its REST API, as the tests and the demo need it.
 *
 * <p>The source names the packages of Camunda; the launcher renames them for Operaton before it compiles. The
 * properties below "test" switch on what the starter has no property for.
 */
@EnableAutoConfiguration
@Configuration(proxyBeanMethods = false)
public class Engine {

  private static final String LOGIN = "org.camunda.bpm.engine.rest.security.auth.impl.HttpBasicAuthenticationProvider";

  public static void main(String[] arguments) {
    SpringApplication.run(Engine.class, arguments);
  }

  /** The starter's REST API lets everybody in; this asks for user and password. */
  @Bean
  @ConditionalOnProperty("test.login")
  FilterRegistrationBean<Filter> login() {
    FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(new ProcessEngineAuthenticationFilter());
    registration.addInitParameter("authentication-provider", LOGIN);
    registration.addUrlPatterns("/engine-rest/*");
    return registration;
  }

  /** As with LDAP: after the administrator was created, users, groups and tenants can only be read. */
  @Bean
  @Lazy(false)
  @ConditionalOnProperty("test.read-only-identity")
  SmartInitializingSingleton readOnlyIdentity(ProcessEngine engine) {
    return () ->
        ((ProcessEngineConfigurationImpl) engine.getProcessEngineConfiguration())
            .getSessionFactories()
            .remove(WritableIdentityProvider.class);
  }

  /** Another engine of this name behind the same REST API, with the same administrator. */
  @Bean
  @Lazy(false)
  @ConditionalOnProperty("test.second-engine")
  SmartInitializingSingleton secondEngine(
      @Value("${test.second-engine}") String name,
      @Value("${camunda.bpm.admin-user.id}") String id,
      @Value("${camunda.bpm.admin-user.password}") String password) {
    return () -> {
      ProcessEngineConfigurationImpl configuration =
          (ProcessEngineConfigurationImpl) ProcessEngineConfiguration.createStandaloneInMemProcessEngineConfiguration();
      configuration.setProcessEngineName(name);
      configuration.setJdbcUrl("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
      configuration.setAuthorizationEnabled(true);
      configuration.setGeneralResourceWhitelistPattern(".+");
      configuration.setEnforceHistoryTimeToLive(false);
      ProcessEngine engine = configuration.buildProcessEngine();
      createAdministrator(engine, id, password);
      ProcessEngines.registerProcessEngine(engine);
    };
  }

  private static void createAdministrator(ProcessEngine engine, String id, String password) {
    IdentityService identities = engine.getIdentityService();
    User user = identities.newUser(id);
    user.setPassword(password);
    identities.saveUser(user);
    Group group = identities.newGroup(Groups.CAMUNDA_ADMIN);
    group.setType(Groups.GROUP_TYPE_SYSTEM);
    identities.saveGroup(group);
    identities.createMembership(id, group.getId());
    AuthorizationService authorizations = engine.getAuthorizationService();
    for (Resources resource : List.of(Resources.values())) {
      Authorization grant = authorizations.createNewAuthorization(Authorization.AUTH_TYPE_GRANT);
      grant.setGroupId(group.getId());
      grant.setResource(resource);
      grant.setResourceId(Authorization.ANY);
      grant.addPermission(Permissions.ALL);
      authorizations.saveAuthorization(grant);
    }
  }
}
