using Tonne.Extensions.AI;
using Tonne.Ledgers.Calls;

// The namespace of the builders, so that their users find the methods.
#pragma warning disable IDE0130
namespace Microsoft.Extensions.AI;
#pragma warning restore IDE0130

/// <summary>Adds tonne to pipelines of Microsoft.Extensions.AI.</summary>
public static class TonneBuilderExtensions
{
    /// <summary>Adds energy and emissions to each response, to spans and to the ledger.</summary>
    /// <remarks>
    /// <code>
    /// var client = new ChatClientBuilder(inner).UseOpenTelemetry().UseTonne(options => options.Zone = "FR").Build();
    /// </code>
    /// A <see cref="CallRecorder"/> and a <see cref="TimeProvider"/> among the services are used, if there are any.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options. Default: null, none.</param>
    public static ChatClientBuilder UseTonne(this ChatClientBuilder builder, Action<TonneCallOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use((inner, services) =>
            new TonneChatClient(inner, CreateOptions(configure), Find<CallRecorder>(services), Find<TimeProvider>(services)));
    }

    /// <summary>Adds energy and emissions to each result, to spans and to the ledger.</summary>
    /// <remarks>See <see cref="UseTonne(ChatClientBuilder, Action{TonneCallOptions}?)"/>.</remarks>
    /// <typeparam name="TInput">Type of the inputs.</typeparam>
    /// <typeparam name="TEmbedding">Type of the embeddings.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options. Default: null, none.</param>
    public static EmbeddingGeneratorBuilder<TInput, TEmbedding> UseTonne<TInput, TEmbedding>(
        this EmbeddingGeneratorBuilder<TInput, TEmbedding> builder, Action<TonneCallOptions>? configure = null)
        where TEmbedding : Embedding
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use((inner, services) =>
            new TonneEmbeddingGenerator<TInput, TEmbedding>(
                inner, CreateOptions(configure), Find<CallRecorder>(services), Find<TimeProvider>(services)));
    }

    static T? Find<T>(IServiceProvider? services)
        where T : class => services?.GetService(typeof(T)) as T;

    static TonneCallOptions CreateOptions(Action<TonneCallOptions>? configure)
    {
        var options = new TonneCallOptions();
        configure?.Invoke(options);
        return options;
    }
}
