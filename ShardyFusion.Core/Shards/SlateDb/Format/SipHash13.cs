using System.Buffers.Binary;
using System.Numerics;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>SipHash with one round a word and three at the end, under a key of zeros: how filters hash.</summary>
static class SipHash13
{
    // "somepseudorandomlygeneratedbytes", as the algorithm says.
    const ulong Start0 = 0x736F6D6570736575, Start1 = 0x646F72616E646F6D, Start2 = 0x6C7967656E657261, Start3 = 0x7465646279746573;

    /// <summary>Hashes a key.</summary>
    public static ulong Hash(ReadOnlySpan<byte> key)
    {
        var state = new State { V0 = Start0, V1 = Start1, V2 = Start2, V3 = Start3 };
        var last = (ulong)key.Length << 56;
        for (; key.Length >= sizeof(ulong); key = key[sizeof(ulong)..])
            state.Add(BinaryPrimitives.ReadUInt64LittleEndian(key));
        for (var i = 0; i < key.Length; i++)
            last |= (ulong)key[i] << (8 * i);
        state.Add(last);
        state.V2 ^= 0xFF;
        state.Round();
        state.Round();
        state.Round();
        return state.V0 ^ state.V1 ^ state.V2 ^ state.V3;
    }

    struct State
    {
        public ulong V0, V1, V2, V3;

        public void Add(ulong word)
        {
            V3 ^= word;
            Round();
            V0 ^= word;
        }

        public void Round()
        {
            V0 += V1;
            V1 = BitOperations.RotateLeft(V1, 13) ^ V0;
            V0 = BitOperations.RotateLeft(V0, 32);
            V2 += V3;
            V3 = BitOperations.RotateLeft(V3, 16) ^ V2;
            V0 += V3;
            V3 = BitOperations.RotateLeft(V3, 21) ^ V0;
            V2 += V1;
            V1 = BitOperations.RotateLeft(V1, 17) ^ V2;
            V2 = BitOperations.RotateLeft(V2, 32);
        }
    }
}
