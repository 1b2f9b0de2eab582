using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Tonne.Extensions.AI.Tests;

/// <summary>A chat client whose answers are made by hand.</summary>
sealed class FakeChatClient : IChatClient
{
    public string Provider { get; init; } = "openai";

    public string? DefaultModel { get; init; } = "llama-3.1-8b";

    public Func<ChatResponse> Respond { get; init; } = static () => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Paris."))
    {
        ModelId = "llama-3.1-8b",
            Usage = new UsageDetails { InputTokenCount = 300, OutputTokenCount = 200, CachedInputTokenCount = 100,
            ReasoningTokenCount = 50 },
    };

    /// <summary>The updates of a stream; null fails the stream at that place.</summary>
    public IReadOnlyList<ChatResponseUpdate?> Updates { get; init; } = [];

    public List<int> MessagesSent { get; } = [];

    public bool IsDisposed { get; private set; }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        lock (MessagesSent)
            MessagesSent.Add(messages.Count());
        return Task.FromResult(Respond());
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in Updates)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return update ?? throw new IOException("the connection was closed");
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(Provider, defaultModelId: DefaultModel)
            : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() => IsDisposed = true;
}
