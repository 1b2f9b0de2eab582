using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Ledgers;

namespace Tonne.Hosting;

/// <summary>Adds the intensities of grids by the hour to the services of a program.</summary>
public static class TonneGridExtensions
{
    /// <summary>
    /// Adds <see cref="IntensityFeeds"/>, their cache, the history of observed intensities and the <see cref="IntensityResolver"/> that finds the best of them for a zone; and the history as
    /// <see cref="IIntensityHistory"/>, for accounts by the hour.
    /// </summary>
    /// <remarks>
    /// <code>
    /// builder.Services.AddTonneGrid(options => options.MayCallPublishers = true);
    /// …
    /// var known = await resolver.ResolveAsync(zone, now, now.AddHours(24));
    /// var plan = Planner.Plan(new PlanRequest { Profile = …, Now = now, FinishBy = …, Places = [new PlanPlace { Intensity = known.Forecast }] });
    /// </code>
    /// Programs of one machine share the cache: a publisher is called at most once in 15 minutes and zone. Uses the <see cref="TimeProvider"/> of the services, if there is one.
    /// An <see cref="IIntensityFeed"/> that is added to the services is asked before those of tonne.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options. Default: null, none.</param>
    public static IServiceCollection AddTonneGrid(this IServiceCollection services, Action<TonneGridOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<TonneGridOptions>();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider => new IntensityFeeds(new FeedOptions { Time = provider.GetRequiredService<TimeProvider>(), Setting = FindSetting(provider) }));
        services.TryAddSingleton(static provider => new IntensityCache(Path.Combine(KnownIntensities.GetFolder(FindHome(provider)), "feeds"), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => KnownIntensities.OpenHistory(FindHome(provider)));
        services.TryAddSingleton<IIntensityHistory>(static provider => new KnownIntensities(provider.GetRequiredService<IntensityHistory>()));
        services.TryAddSingleton(static provider => new IntensityResolver(
            [.. provider.GetServices<IIntensityFeed>(), .. provider.GetRequiredService<IntensityFeeds>().All], provider.GetRequiredService<IntensityCache>(),
            provider.GetRequiredService<IntensityHistory>(), provider.GetRequiredService<IOptions<TonneGridOptions>>().Value.MayCallPublishers, provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    static Func<string, string?> FindSetting(IServiceProvider provider)
    {
        var given = provider.GetRequiredService<IOptions<TonneGridOptions>>().Value.Settings;
        var environment = FeedOptions.SettingsFromEnvironment(Environment.GetEnvironmentVariable);
        return name => given.TryGetValue(name, out var value) ? value : environment(name);
    }

    static string FindHome(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<TonneGridOptions>>().Value.Home ?? LedgerHome.FromEnvironment(Environment.GetEnvironmentVariable).Root;
}
